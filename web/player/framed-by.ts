/** What a player knows of the page around its own. */

/** What of the window is used here. */
export interface FramedWindow {
  parent: unknown;
  location: { origin: string; ancestorOrigins?: ArrayLike<string> };
  document: { referrer: string };
}

/**
 * Origin of the page that shows this one in a frame, for the edge to take as the site that asks: of its own pages a
 * browser tells it no other. Undefined without a frame, and for an edge whose page this is not; `null` where the
 * browser does not say who is around.
 */
export function framedBy(edgeUrl: string, page: FramedWindow = globalThis.window): string | undefined {
  const { location, document } = page;
  if (page.parent === page || location.origin !== edgeUrl) return undefined;
  // Firefox has no ancestorOrigins in all versions that are in use; a referrer is cut by the policy of the page around.
  return location.ancestorOrigins?.[0] ?? (document.referrer ? new URL(document.referrer).origin : 'null');
}
