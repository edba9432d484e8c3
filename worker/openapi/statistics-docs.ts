/** Statistics, visits, the dashboard's socket. */
import * as v from 'valibot';
import { pageOf, SearchQuery } from '../../protocol/page.ts';
import {
  ChannelFigures,
  History,
  HistoryQuery,
  Networks,
  NetworksQuery,
  SwarmMap,
  ViewerRow,
  VisitRow,
} from '../../protocol/report.ts';
import { VisitFileQuery, VisitPageQuery } from '../routes/visits.ts';
import type { RouteDoc } from './route-doc.ts';

const tag = 'Statistics';
/** For tenants, where single viewers are named. */
const OWN = 'A tenant needs a lease of the whole channel.';
const common = { method: 'get', tag, role: 'reports', tenants: true } as const;

export const statisticsDocs: RouteDoc[] = [
  {
    ...common,
    path: '/api/channels/{name}/figures',
    summary: 'What the channel does now, and everything counted since it was made',
    answer: ChannelFigures,
  },
  {
    ...common,
    path: '/api/channels/{name}/history',
    summary: 'Steps of 10 s for an hour, of a minute for a week, or wider ones summed',
    note: 'The span is the last hour unless told otherwise. At most 1,000 rows, the newest.',
    query: HistoryQuery,
    answer: History,
  },
  {
    ...common,
    path: '/api/channels/{name}/viewers',
    summary: 'Who watches now',
    note: `A page may be short and still have a next one: eight shards are asked at a time. ${OWN}`,
    query: SearchQuery,
    answer: pageOf(ViewerRow),
  },
  {
    ...common,
    path: '/api/channels/{name}/swarm',
    summary: 'A drawing of who feeds whom; a large swarm is sampled',
    note: 'Viewers tell of their parents only while a dashboard watches the channel (see /api/live).',
    answer: SwarmMap,
  },
  {
    ...common,
    path: '/api/channels/{name}/networks',
    summary: 'Viewers by provider, or by public address',
    query: NetworksQuery,
    answer: Networks,
  },
  {
    ...common,
    path: '/api/channels/{name}/visits',
    summary: 'Who watched, newest first',
    note: `A visit is written when its viewer leaves. ${OWN}`,
    query: VisitPageQuery,
    answer: pageOf(VisitRow),
  },
  {
    ...common,
    path: '/api/channels/{name}/visits.csv',
    summary: 'The same as a file for a spreadsheet, in the columns chosen',
    query: VisitFileQuery,
    answer: 'RFC 4180, UTF-8; texts that would be formulas begin with an apostrophe',
    type: 'text/csv',
  },
  {
    ...common,
    method: 'post',
    path: '/api/channels/{name}/visits.csv',
    summary: 'The same for a page that lets the browser download it',
    note: 'A form posts it, with the admin token as its field `token` in place of the header.',
    query: VisitFileQuery,
    answer: 'As by GET',
    type: 'text/csv',
  },
  {
    method: 'post',
    path: '/api/live/ticket',
    tag,
    summary: "A ticket for the dashboard's socket",
    role: 'reports',
    tenants: true,
    status: 201,
    answer: v.object({ ticket: v.string(), expiresS: v.number() }),
  },
  {
    method: 'get',
    path: '/api/live',
    tag,
    summary: "The dashboard's socket (WebSocket): lists and figures as they change",
    note:
      'Messages: ToLive and FromLive of protocol/report.ts. The ticket is good for one socket within 30 s.',
    query: v.object({ ticket: v.string() }),
    status: 101,
    answer: 'The socket',
  },
];
