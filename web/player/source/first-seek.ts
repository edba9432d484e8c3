/**
 * The first seek, held back where it would stop the page for good: WebKit on GStreamer (GNOME Web, WPE) blocks its main
 * thread when the playhead is moved while one track's media flows through the new pipeline and the other's does not
 * (WPEWebKit issue 1367). Shaka moves it as soon as metadata is there, which is just then. It is told of metadata here
 * when media of all tracks is buffered where playback begins.
 */

const LOOK_MS = 30;
/** After media is there, for the pipeline to take it. */
const SETTLE_MS = 100;

/** Whether this browser is one of those. */
export function seeksTooEarly(userAgent: string): boolean {
  return userAgent.includes('AppleWebKit/') && !/Chrome|Chromium|Macintosh|iPhone|iPad/.test(userAgent);
}

/** What of a video element is needed. */
export type Held = EventTarget & { readonly buffered: TimeRanges };

/**
 * To be called before anybody else listens for metadata of what is loaded next.
 *
 * @param toS Where playback begins, seconds.
 * @returns Lets go, whether or not metadata came.
 */
export function holdFirstSeek(video: Held, toS: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const delay = covers(video.buffered, toS) ? SETTLE_MS : LOOK_MS;
    timer = setTimeout(delay === SETTLE_MS ? tell : look, delay);
  };
  const tell = () => void video.dispatchEvent(new Event('loadedmetadata'));
  const hold = (event: Event) => {
    event.stopImmediatePropagation();
    video.removeEventListener('loadedmetadata', hold, true);
    look();
  };
  video.addEventListener('loadedmetadata', hold, true);
  return () => {
    clearTimeout(timer);
    video.removeEventListener('loadedmetadata', hold, true);
  };
}

function covers(buffered: TimeRanges, atS: number): boolean {
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= atS && buffered.end(i) > atS) return true;
  }
  return false;
}
