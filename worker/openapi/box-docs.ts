/** What holds for the whole box: settings, the audit log, backup, origins, registered torrents. */
import * as v from 'valibot';
import { AuditEntry, AuditQuery } from '../../protocol/audit.ts';
import { Backup } from '../../protocol/backup.ts';
import { BoxSettings } from '../../protocol/box.ts';
import { pageOf, PageQuery } from '../../protocol/page.ts';
import type { RouteDoc } from './route-doc.ts';

const tag = 'Box';
const Settings = v.object({ settings: BoxSettings });
const torrent = '{torrent: {infoHash, announcePath}}';

export const boxDocs: RouteDoc[] = [
  {
    method: 'get',
    path: '/api/settings',
    tag,
    summary: 'Settings of the box',
    role: 'owner',
    answer: Settings,
  },
  {
    method: 'patch',
    path: '/api/settings',
    tag,
    summary: 'Change them, with effect within seconds',
    role: 'owner',
    body: v.partial(BoxSettings),
    answer: Settings,
  },
  {
    method: 'get',
    path: '/api/audit',
    tag,
    summary: 'Who changed what, newest first, for a year',
    role: 'owner',
    query: AuditQuery,
    answer: pageOf(AuditEntry),
  },
  {
    method: 'get',
    path: '/api/origins',
    tag,
    summary: 'Origins that are connected',
    role: 'reports',
    query: PageQuery,
    answer: 'a page of origins',
  },
  {
    method: 'get',
    path: '/api/backup',
    tag,
    summary: 'All settings of the box as one document',
    role: 'owner',
    note: 'Holds secrets in a form that only the same edge secret opens.',
    answer: Backup,
  },
  {
    method: 'post',
    path: '/api/restore',
    tag,
    summary: 'Put a backup back',
    role: 'owner',
    body: Backup,
    answer: 'Restored of protocol/backup.ts',
  },
  {
    method: 'get',
    path: '/api/torrents/{infoHash}',
    tag,
    summary: 'Whether the tracker serves this info-hash',
    role: 'reports',
    answer: torrent,
  },
  {
    method: 'put',
    path: '/api/torrents/{infoHash}',
    tag,
    summary: 'Let the tracker serve an info-hash that is no broadcast',
    role: 'operator',
    answer: torrent,
  },
  {
    method: 'delete',
    path: '/api/torrents/{infoHash}',
    tag,
    summary: 'Serve it no longer',
    role: 'operator',
    status: 204,
  },
];
