/** The ladder of a channel: lower renditions that the origin makes of the encoder's stream. */
import * as v from 'valibot';

/** One lower rendition. */
export const Rung = v.object({
  /** Lines of the picture; the width follows from the source's shape. Left out while the source has no more. */
  height: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(96),
    v.maxValue(2160),
    v.multipleOf(2, 'must be an even number'),
  ),
  kbps: v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(50_000)),
});
export type Rung = v.InferOutput<typeof Rung>;

/** Each costs the origin a share of a core for as long as the channel is live. */
export const MAX_RUNGS = 4;
export const LadderRungs = v.pipe(
  v.array(Rung),
  v.maxLength(MAX_RUNGS, `must be at most ${MAX_RUNGS} renditions`),
  v.check(
    (rungs) => new Set(rungs.map(({ height }) => height)).size === rungs.length,
    'each rendition must have a height of its own',
  ),
);
