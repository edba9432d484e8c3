/** Which site asks: the page that shows the player, wherever the player itself comes from. */

export interface AskingSite {
  /** Origin as `https://host:port`; empty or `null` when it is not known, and then it is on no list. */
  origin: string;
  /** The edge's own page, in nobody else's frame: lists of sites do not concern it. */
  isOwn: boolean;
}

/**
 * The page that its browser names is the one that asks. A page of the edge itself that is shown in a frame asks for the
 * page around it, which it names itself: browsers tell of no frame.
 *
 * @param framedBy What the page told of the one around it (protocol/site.ts).
 */
export function askingSite(request: Request, framedBy: string | undefined): AskingSite {
  const page = pageOriginOf(request);
  if (!isEdge(page, request)) return { origin: page, isOwn: false };
  return framedBy === undefined
    ? { origin: page, isOwn: true }
    : { origin: framedBy, isOwn: isEdge(framedBy, request) };
}

/** Origin of the page whose browser sent this: `https://host:port`, or empty. */
export function pageOriginOf(request: Request): string {
  const origin = request.headers.get('origin');
  if (origin !== null) return origin.length <= 300 ? origin : '';
  return URL.parse(request.headers.get('referer') ?? '')?.origin ?? '';
}

/** Behind a proxy the scheme may be another. */
function isEdge(origin: string, request: Request): boolean {
  return origin !== '' && URL.parse(origin)?.host === new URL(request.url).host;
}
