/** Webhooks: what is told to an admin's own systems, signed by the Standard Webhooks specification. docs/webhooks.md. */
import * as v from 'valibot';
import { ChannelName } from './channel.ts';

export const HookEventType = v.picklist([
  'channel.live',
  'channel.lost',
  'channel.ended',
  'channel.viewers',
  'ingest.trouble',
  'lease.ended',
]);
export type HookEventType = v.InferOutput<typeof HookEventType>;

/** Something that happened, as the parts of the edge tell it. */
export interface Happening {
  type: HookEventType;
  channel: string;
  data: Record<string, string | number | string[]>;
  /** `channel.viewers`: the mark that was crossed; only hooks with this very mark are told. */
  mark?: number;
}

/** Body of a delivery. */
export interface HookPayload {
  type: HookEventType | 'webhook.test';
  /** When it happened, ISO 8601. */
  timestamp: string;
  data: Record<string, string | number | string[]>;
}

const mark = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000_000)));
const fields = {
  url: v.pipe(v.string(), v.maxLength(2000), v.url('must be a URL')),
  /** Empty: all of them. */
  events: v.pipe(v.array(HookEventType), v.maxLength(20)),
  /** Empty: all of them. */
  channels: v.pipe(v.array(ChannelName), v.maxLength(1000)),
  /** `channel.viewers` is told when this many are reached, and when they are no more. */
  viewerMark: mark,
  disabled: v.boolean(),
};

export const NewHook = v.object({
  url: fields.url,
  events: v.optional(fields.events, []),
  channels: v.optional(fields.channels, []),
  viewerMark: v.optional(fields.viewerMark, null),
  disabled: v.optional(fields.disabled, false),
});
export type NewHook = v.InferOutput<typeof NewHook>;

export const HookEdit = v.partial(v.object(fields));
export type HookEdit = v.InferOutput<typeof HookEdit>;

/** `/api/webhooks/:id`. The secret is shown once, at create or reset. */
export interface HookResource extends NewHook {
  id: string;
  createdAt: string;
  /** Deliveries that wait for their next attempt. */
  waiting: number;
  /** Deliveries that were given up. */
  dead: number;
  /** The last attempt's outcome: an HTTP status, or what went wrong; empty before the first. */
  lastResult: string;
}

/** `/api/webhooks/:id/dead`: a delivery that was given up. */
export interface DeadDelivery {
  id: string;
  type: HookPayload['type'];
  happenedAt: string;
  attempts: number;
  lastResult: string;
}

/** Answer of the test button. */
export interface HookTest {
  delivered: boolean;
  /** HTTP status, or what went wrong. */
  result: string;
}
