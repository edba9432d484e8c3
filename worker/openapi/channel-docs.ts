/** `/api/channels`: the resource itself. */
import * as v from 'valibot';
import { Broadcast } from '../../protocol/broadcast.ts';
import {
  ChannelEdit,
  ChannelName,
  ChannelSettings,
  ChannelState,
  NewChannel,
} from '../../protocol/channel.ts';
import { IngestStatus } from '../../protocol/control.ts';
import { pageOf, SearchQuery } from '../../protocol/page.ts';
import type { RouteDoc } from './route-doc.ts';

const tag = 'Channels';

/** ChannelResource of protocol/channel.ts. */
const Channel = v.object({
  name: ChannelName,
  title: v.string(),
  state: ChannelState,
  reason: v.string(),
  settings: ChannelSettings,
  createdAt: v.string(),
  broadcast: v.optional(
    v.object({ id: Broadcast.entries.id, infoHash: Broadcast.entries.infoHash, startedAt: v.string() }),
  ),
});
const Listed = v.object({
  ...Channel.entries,
  viewers: v.number(),
  egressKbps: v.number(),
  offload: v.nullable(v.number()),
  spark: v.array(v.number()),
});
const One = v.object({ channel: Channel });

export const channelDocs: RouteDoc[] = [
  {
    method: 'get',
    path: '/api/channels',
    tag,
    summary: 'Channels by name, with their state and viewers',
    role: 'reports',
    tenants: true,
    query: SearchQuery,
    answer: pageOf(Listed),
  },
  {
    method: 'post',
    path: '/api/channels',
    tag,
    summary: 'Make a channel; its stream key is shown this once',
    role: 'operator',
    body: NewChannel,
    status: 201,
    answer: v.object({ channel: Channel, streamKey: v.string() }),
  },
  {
    method: 'get',
    path: '/api/channels/{name}',
    tag,
    summary: 'One channel',
    role: 'reports',
    tenants: true,
    answer: One,
  },
  {
    method: 'patch',
    path: '/api/channels/{name}',
    tag,
    summary: 'Change its title or settings, with effect at once',
    role: 'operator',
    body: ChannelEdit,
    answer: One,
  },
  {
    method: 'delete',
    path: '/api/channels/{name}',
    tag,
    summary: 'Delete it with its statistics and visits; who publishes is dropped',
    role: 'operator',
    status: 204,
  },
  {
    method: 'post',
    path: '/api/channels/{name}/start',
    tag,
    summary: 'Allow publishing again',
    role: 'operator',
    answer: One,
  },
  {
    method: 'post',
    path: '/api/channels/{name}/stop',
    tag,
    summary: 'End what is on air and refuse publishing until start',
    role: 'operator',
    answer: One,
  },
  {
    method: 'post',
    path: '/api/channels/{name}/key',
    tag,
    summary: 'Put one new stream key in the place of all; shown this once',
    role: 'operator',
    answer: v.object({ streamKey: v.string() }),
  },
  {
    method: 'get',
    path: '/api/channels/{name}/ingest',
    tag,
    summary: 'What the origin sees of the encoder, with advice',
    role: 'reports',
    tenants: true,
    answer: v.object({ ingest: v.nullable(IngestStatus) }),
  },
  {
    method: 'post',
    path: '/api/channels/{name}/recording',
    tag,
    summary: 'Record while the channel is on air',
    role: 'operator',
    answer: One,
  },
  {
    method: 'delete',
    path: '/api/channels/{name}/recording',
    tag,
    summary: 'Record no longer',
    role: 'operator',
    answer: One,
  },
  {
    method: 'get',
    path: '/api/channels/{name}/recordings',
    tag,
    summary: 'Its recordings',
    role: 'reports',
    answer: '{items}: RecordingResource of protocol/replay.ts',
  },
  {
    method: 'get',
    path: '/api/channels/{name}/recordings/{id}',
    tag,
    summary: 'One recording',
    role: 'reports',
    answer: '{recording}: RecordingResource of protocol/replay.ts',
  },
  {
    method: 'delete',
    path: '/api/channels/{name}/recordings/{id}',
    tag,
    summary: 'Delete a recording',
    role: 'operator',
    status: 204,
  },
];
