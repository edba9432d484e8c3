/** `/api/channels/:name/source`: another Shoal's channel as the input of this one (docs/cooperation.md). */
import * as v from 'valibot';

/** Path of a channel's page, which names it. */
const PAGE = /^\/(watch|embed|join)\/[a-z0-9][a-z0-9-]{0,62}\/?$/;

export const NewSource = v.object({
  /** Address of its page over there, as `https://other.example/watch/name`. */
  url: v.pipe(
    v.string(),
    v.maxLength(1000),
    v.url('must be a URL'),
    v.check(
      (url) => PAGE.test(URL.parse(url)?.pathname ?? ''),
      'must be the address of a channel, as /watch/name',
    ),
  ),
  /** A playback token of the other side, where it wants one. Kept sealed, never shown. */
  token: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(4096))),
});
export type NewSource = v.InferOutput<typeof NewSource>;

export interface SourceResource {
  url: string;
  hasToken: boolean;
  createdAt: string;
}
