/** Content keys of a protected channel (ISO/IEC 23001-7), as the edge hands them to the origin. Never logged. */
import * as v from 'valibot';

/** `off`, or the protection scheme: `cenc` is AES-CTR, `cbcs` AES-CBC in a pattern of 1 block in 10. */
export const Drm = v.picklist(['off', 'cenc', 'cbcs']);
export type Drm = v.InferOutput<typeof Drm>;
export const DrmScheme = v.picklist(['cenc', 'cbcs']);
export type DrmScheme = v.InferOutput<typeof DrmScheme>;

/** Key id: 16 bytes in hex. */
export const KeyId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits'));

/** One key period as the origin is told of it. */
export const KeyPeriod = v.object({
  keyId: KeyId,
  /** 16 bytes, base64url. */
  key: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/, 'must be 16 bytes in base64url')),
  /** From now until it takes effect, by whoever reads it: the two clocks need not agree. 0 or less: in effect. */
  startsInMs: v.number(),
});
export type KeyPeriod = v.InferOutput<typeof KeyPeriod>;

/** The key in effect and those to come, earliest first. */
export const KeyPeriods = v.pipe(v.array(KeyPeriod), v.minLength(1), v.maxLength(8));
export type KeyPeriods = v.InferOutput<typeof KeyPeriods>;
