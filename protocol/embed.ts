/** The code that puts a channel into somebody's page. Shown by the watch page and the dashboard. */

/** An iframe of the embed page. `edge` is an origin, `channel` a ChannelName: neither holds what HTML would mind. */
export function embedCode(edge: string, channel: string): string {
  return `<iframe src="${edge}/embed/${channel}" title="Live player" width="640" height="360" ` +
    `style="border:0;width:100%;height:auto;aspect-ratio:16/9" referrerpolicy="origin" ` +
    `allow="autoplay; fullscreen; picture-in-picture; encrypted-media; clipboard-write" allowfullscreen></iframe>`;
}

/** The element itself, with the player's script from the edge. */
export function elementCode(edge: string, channel: string): string {
  return `<script type="module" src="${edge}/assets/player.js"></script>\n` +
    `<shoal-player edge-url="${edge}" channel="${channel}"></shoal-player>`;
}
