/** Events of webhooks in words. */
import type { HookEventType } from '../../../protocol/webhook.ts';

export const EVENT_NAMES: Record<HookEventType, string> = {
  'channel.live': 'a channel goes live',
  'channel.lost': 'its encoder is lost',
  'channel.ended': 'the broadcast ends',
  'channel.viewers': 'a number of viewers is reached',
  'ingest.trouble': 'the encoder is in trouble',
  'lease.ended': 'a lease ends',
};
