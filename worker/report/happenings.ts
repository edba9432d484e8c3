/** What is worth telling a webhook, worked out from what the Directory knew before and knows now. Pure. */
import type { ChannelResource } from '../../protocol/channel.ts';
import type { IngestStatus } from '../../protocol/control.ts';
import type { Happening } from '../../protocol/webhook.ts';

type State = Pick<ChannelResource, 'state' | 'reason' | 'broadcast'>;

/** A channel went on air, lost its encoder, or its broadcast is over. */
export function stateHappenings(channel: string, before: State | undefined, now: State): Happening[] {
  const wasOnAir = before?.state === 'live' || before?.state === 'lost';
  const broadcast = now.broadcast ?? before?.broadcast;
  const told = (type: Happening['type']): Happening[] => [{
    type,
    channel,
    data: { reason: now.reason, ...(broadcast ? { broadcast: broadcast.id } : {}) },
  }];
  if (now.state === 'live' && before?.state !== 'live') return told('channel.live');
  if (now.state === 'lost' && before?.state !== 'lost') return told('channel.lost');
  if ((now.state === 'idle' || now.state === 'stopped') && wasOnAir) return told('channel.ended');
  return [];
}

/** Each mark that the audience has reached, or fallen below again. */
export function viewerHappenings(
  channel: string,
  before: number,
  now: number,
  marks: readonly number[],
): Happening[] {
  return marks.filter((mark) => (before < mark) !== (now < mark)).map((mark) => ({
    type: 'channel.viewers',
    channel,
    data: { viewers: now, mark, crossed: now < mark ? 'down' : 'up' },
    mark,
  }));
}

/** The origin has advice for the broadcaster, and had none, or other advice, before. */
export function ingestHappenings(
  channel: string,
  before: IngestStatus | undefined,
  now: IngestStatus,
): Happening[] {
  const fresh = now.advice.some((advice) => !before?.advice.includes(advice));
  return fresh ? [{ type: 'ingest.trouble', channel, data: { advice: now.advice } }] : [];
}
