/** Defaults of the channel settings that a viewer works with before its first join: numbers, without schemas. */

/** Seconds of the stream that origin, edge and peers hold. */
export const WINDOW_S = 30;
/**
 * Most a viewer gives, as a multiple of the stream's bitrate. Three in ten can give nothing and the others carry
 * them: below about 3 a large swarm runs short of supply (docs/simulation.md).
 */
export const UPLOAD_RATIO = 4;
/** How far behind the live edge players aim to be. */
export const LATENCY_TARGET_MS = 1300;
