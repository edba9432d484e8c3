/** Media ahead of the playhead without a gap, milliseconds; what the element holds for both tracks. */
export function bufferedAheadMs(video: Pick<HTMLMediaElement, 'buffered' | 'currentTime'>): number {
  const { buffered, currentTime } = video;
  for (let i = 0; i < buffered.length; i++) {
    // A playhead just before a range (B-frames shift the first picture) counts as in it.
    if (currentTime >= buffered.start(i) - 0.1 && currentTime <= buffered.end(i)) {
      return Math.max(0, buffered.end(i) - currentTime) * 1000;
    }
  }
  return 0;
}
