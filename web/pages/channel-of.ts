/** The channel that a page is about: `/watch/:channel` and `/embed/:channel`. Undefined for any other path. */
export function channelOf(path: string): string | undefined {
  const match = /^\/(?:watch|embed)\/([^/]+)\/?$/.exec(path);
  try {
    return match ? decodeURIComponent(match[1]!) : undefined;
  } catch {
    return undefined;
  }
}
