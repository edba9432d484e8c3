/** `GET` and `PATCH /api/settings`: what holds for the whole box. With effect at once. */
import * as v from 'valibot';

const iceUrl = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^stuns?:[^\s?]+$/, 'must begin with stun: or stuns:'),
);

export const BoxSettings = v.object({
  /** Media that the edge may send for all channels together; null: no cap. Live channels share it. */
  egressCapKbps: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000_000))),
    null,
  ),
  /** STUN servers handed to viewers; null: those of the environment (SHOAL_ICE_SERVERS). */
  stun: v.optional(v.nullable(v.pipe(v.array(iceUrl), v.maxLength(8))), null),
  /** Whether viewers get TURN credentials, where a TURN server is configured. */
  turn: v.optional(v.boolean(), true),
});
export type BoxSettings = v.InferOutput<typeof BoxSettings>;
