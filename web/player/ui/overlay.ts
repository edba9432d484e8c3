import { formatBytes, formatSeconds } from '../format.ts';
import type { PlayerState } from '../player-state.ts';
import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

/** Opens and closes the statistics. */
export function overlayButton({ store, ask }: Ui): HTMLElement {
  const button = h(
    'button',
    { type: 'button', part: 'button overlay-button', class: 'roomy', onclick: () => ask.toggleOverlay() },
    icon(icons.numbers),
  );
  store.watch(['overlay'], ({ overlay }) => {
    rename(button, overlay ? 'Hide statistics (s)' : 'Show statistics (s)');
    button.setAttribute('aria-pressed', String(overlay));
  });
  return button;
}

/** Statistics over the picture, for whoever wants to know. */
export function overlay({ store, ask }: Ui): HTMLElement {
  const list = h('dl', {});
  const close = h(
    'button',
    { type: 'button', class: 'close', 'aria-label': 'Hide statistics', onclick: () => ask.toggleOverlay() },
    icon(icons.close),
  );
  const root = h(
    'div',
    { class: 'overlay', part: 'overlay', role: 'region', 'aria-label': 'Statistics' },
    close,
    list,
  );
  store.watch(['overlay', 'stats', 'details', 'rate', 'targetMs'], (state) => {
    root.hidden = !state.overlay;
    if (!state.overlay) return;
    list.replaceChildren(...rows(state).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  });
  return root;
}

function rows(
  { stats, details, rate, targetMs }: Pick<PlayerState, 'stats' | 'details' | 'rate' | 'targetMs'>,
): [string, string][] {
  return [
    ['Behind live', `${stats.latencySeconds.toFixed(2)} s, aiming at ${formatSeconds(targetMs / 1000)}`],
    ['Buffer', `${stats.bufferSeconds.toFixed(2)} s at ${rate.toFixed(3)}×`],
    ['Start-up', stats.startupMs > 0 ? `${stats.startupMs} ms` : 'not yet'],
    ['Stalls', String(stats.stalls)],
    ['From peers', `${formatBytes(stats.peerBytes)} (${formatBytes(details?.lanBytes ?? 0)} LAN)`],
    ['From servers', `${formatBytes(stats.edgeBytes)}, ${details?.repairs ?? 0} repairs`],
    ['Uploaded', formatBytes(stats.uploadBytes)],
    ['Received twice', formatBytes(details?.duplicateBytes ?? 0)],
    ['Peers', `${stats.peers}, substreams ${details?.substreams ?? 'not yet'}`],
    ['After the cut', `${details?.lagP50Ms ?? 0} ms median, ${details?.lagP95Ms ?? 0} ms at p95`],
    [
      'Picture',
      `${details?.size ?? ''}, ${details?.droppedFrames ?? 0} of ${details?.decodedFrames ?? 0} dropped`,
    ],
    ['Codecs', details?.codecs ?? ''],
    ...(details?.lastTrouble ? [['Last trouble', details.lastTrouble] as [string, string]] : []),
  ];
}
