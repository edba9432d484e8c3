/**
 * `POST /license/:channel?grant=…`: keys for who may watch. The body is a license request of EME's ClearKey (W3C
 * Encrypted Media Extensions, section 9.1.3) as text/plain, so that it needs no preflight, with the playback token
 * beside it; without `kids` all keys of now are answered. The answer is a JSON Web Key Set as EME defines it, and
 * says when to ask again.
 */
import * as v from 'valibot';
import { FramedBy } from './site.ts';

/** Key id or key: 16 bytes in base64url, as JSON Web Keys have them. */
const Bytes16 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/, 'must be 16 bytes in base64url'));

export const LicenseRequest = v.object({
  /** Key ids that are wanted; all that are in use when absent or empty. */
  kids: v.optional(v.pipe(v.array(Bytes16), v.maxLength(32))),
  type: v.optional(v.literal('temporary'), 'temporary'),
  /** Playback token; public channels need none. `Authorization: Bearer` does as well. */
  token: v.optional(v.pipe(v.string(), v.maxLength(4096))),
  /** As at the join. */
  framedBy: v.optional(FramedBy),
});
export type LicenseRequest = v.InferOutput<typeof LicenseRequest>;

export const LicenseAnswer = v.object({
  keys: v.array(v.object({ kty: v.literal('oct'), kid: Bytes16, k: Bytes16 })),
  type: v.literal('temporary'),
  /** The key in effect at the edge, one of `keys` unless others were asked for. */
  current: Bytes16,
  /** The key after it. */
  next: Bytes16,
  /** Until `next` takes effect. */
  nextInMs: v.number(),
  /** How long `next` will be in effect; the key after it is asked for at a random moment of that time. */
  periodMs: v.number(),
});
export type LicenseAnswer = v.InferOutput<typeof LicenseAnswer>;
