import { formatBytes, formatDecimal, formatSeconds } from '../format.ts';
import type { PlayerState } from '../player-state.ts';
import { fill } from '../words/words.ts';
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
  store.watch(['overlay', 'words'], ({ overlay, words }) => {
    rename(button, overlay ? words.hideStatistics : words.showStatistics, 's');
    button.setAttribute('aria-pressed', String(overlay));
  });
  return button;
}

/** Statistics over the picture, for whoever wants to know. */
export function overlay({ store, ask }: Ui): HTMLElement {
  const list = h('dl', {});
  const close = h(
    'button',
    { type: 'button', class: 'close', onclick: () => ask.toggleOverlay() },
    icon(icons.close),
  );
  const root = h('div', { class: 'overlay', part: 'overlay', role: 'region' }, close, list);
  store.watch(['overlay', 'stats', 'details', 'rate', 'targetMs', 'words', 'language'], (state) => {
    root.hidden = !state.overlay;
    if (!state.overlay) return;
    root.setAttribute('aria-label', state.words.statistics);
    rename(close, state.words.hideStatistics);
    list.replaceChildren(...rows(state).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
  });
  return root;
}

type Shown = Pick<PlayerState, 'stats' | 'details' | 'rate' | 'targetMs' | 'words' | 'language'>;

function rows({ stats, details, rate, targetMs, words, language }: Shown): [string, string][] {
  const bytes = (count: number) => formatBytes(count, language);
  const seconds = (value: number) => `${formatDecimal(value, 2, language)} s`;
  return [
    [
      words.behindLive,
      fill(words.aimingAt, {
        now: seconds(stats.latencySeconds),
        target: formatSeconds(targetMs / 1000, language),
      }),
    ],
    [words.buffer, `${seconds(stats.bufferSeconds)}, ${formatDecimal(rate, 2, language)}×`],
    [words.startUp, stats.startupMs > 0 ? `${stats.startupMs} ms` : words.notYet],
    [words.stalls, String(stats.stalls)],
    [
      words.fromPeers,
      fill(words.ofWhichLan, { all: bytes(stats.peerBytes), lan: bytes(details?.lanBytes ?? 0) }),
    ],
    [
      words.fromServers,
      fill(words.withRepairs, { all: bytes(stats.edgeBytes), repairs: details?.repairs ?? 0 }),
    ],
    [words.uploaded, bytes(stats.uploadBytes)],
    [words.receivedTwice, bytes(details?.duplicateBytes ?? 0)],
    [words.peers, fill(words.substreams, { peers: stats.peers, fed: details?.substreams ?? words.notYet })],
    [
      words.afterTheCut,
      fill(words.medianAndTail, { median: details?.lagP50Ms ?? 0, tail: details?.lagP95Ms ?? 0 }),
    ],
    [
      words.picture,
      fill(words.dropped, {
        size: details?.size || words.soundOnly,
        dropped: details?.droppedFrames ?? 0,
        frames: details?.decodedFrames ?? 0,
      }),
    ],
    [words.codecs, details?.codecs ?? ''],
    [
      words.thread,
      !details ? words.notYet : details.thread === 'worker' ? words.threadWorker : words.threadPage,
    ],
    ...(details?.lastTrouble ? [[words.lastTrouble, details.lastTrouble] as [string, string]] : []),
  ];
}
