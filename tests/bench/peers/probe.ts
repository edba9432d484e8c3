/**
 * What is measured inside every viewer's page, the same for every system: it looks only at the video element. Handed
 * to `page.evaluateOnNewDocument`; results are read from `globalThis.__probe`.
 */
import { READ_CELLS } from '../../bar-code.ts';

export interface ProbeReading {
  /** Milliseconds from the page's navigation to its first frame. */
  startupMs?: number;
  /** Times that the picture stood still for over half a second after the first frame. */
  stalls: number;
  stalledMs: number;
  /** Seconds of media played since the first frame. */
  playedS: number;
  /** Wall seconds since the first frame. */
  watchedS: number;
  frames: number;
  /** Cells of the clock in the picture, and the wall clock when they were read. */
  cells: number[] | null;
  nowMs: number;
}

/** Source text of the probe. */
export const PROBE = `(() => {
  const readCells = ${READ_CELLS};
  const probe = globalThis.__probe = { startupMs: undefined, stalls: 0, stalledMs: 0, playedS: 0 };
  let video, startedAt = 0, lastTime = 0, movedAt = 0, stalled = false;
  const find = (root) => root.querySelector('video')
    ?? [...root.querySelectorAll('*')].map((one) => one.shadowRoot && find(one.shadowRoot)).find(Boolean);
  setInterval(() => {
    if (!video) {
      video = find(document);
      video?.requestVideoFrameCallback(() => {
        probe.startupMs = performance.now();
        startedAt = movedAt = performance.now();
        lastTime = video.currentTime;
      });
    }
    if (!startedAt) return;
    const now = performance.now();
    const step = video.currentTime - lastTime;
    if (Math.abs(step) > 0.001) {
      if (step > 0 && step < 1) probe.playedS += step;
      if (stalled) probe.stalledMs += now - movedAt;
      movedAt = now;
      stalled = false;
      lastTime = video.currentTime;
    } else if (now - movedAt > 500 && !stalled) {
      stalled = true;
      probe.stalls++;
    }
  }, 50);
  probe.read = () => ({
    startupMs: probe.startupMs,
    stalls: probe.stalls,
    stalledMs: probe.stalledMs + (stalled ? performance.now() - movedAt : 0),
    playedS: probe.playedS,
    watchedS: startedAt ? (performance.now() - startedAt) / 1000 : 0,
    frames: video?.getVideoPlaybackQuality?.().totalVideoFrames ?? 0,
    cells: readCells(video),
    nowMs: Date.now(),
  });
})()`;
