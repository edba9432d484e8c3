/** What an encoder delivers, measured over the last seconds of media, and advice in plain words. */

export interface IngestMeasure {
  bitrateKbps: number;
  fps: number;
  /** 0 as long as fewer than two keyframes came. */
  keyframeIntervalS: number;
  advice: string[];
}

/** Whole seconds that are looked back on. */
const SECONDS = 10;
const LONG_KEYFRAME_INTERVAL_S = 4;
const LOW_FPS = 15;
/** The largest second over the smallest: above this the bitrate is called unstable. */
const UNSTABLE_RATIO = 4;

export class IngestMeter {
  /** One entry a second of media, the open one last. */
  #seconds: { second: number; bytes: number; frames: number }[] = [];
  #lastKeyframeMs: number | undefined;
  #keyframeIntervalMs = 0;
  #hasVideo = false;

  audio(bytes: number, timeMs: number): void {
    this.#second(timeMs).bytes += bytes;
  }

  video(bytes: number, timeMs: number, keyframe: boolean): void {
    this.#hasVideo = true;
    const second = this.#second(timeMs);
    second.bytes += bytes;
    second.frames += 1;
    if (!keyframe) return;
    if (this.#lastKeyframeMs !== undefined) this.#keyframeIntervalMs = timeMs - this.#lastKeyframeMs;
    this.#lastKeyframeMs = timeMs;
  }

  measure(): IngestMeasure {
    const whole = this.#seconds.slice(1, -1);
    const count = Math.max(1, whole.length);
    const bitrateKbps = Math.round(whole.reduce((sum, { bytes }) => sum + bytes, 0) * 8 / 1000 / count);
    const fps = Math.round(whole.reduce((sum, { frames }) => sum + frames, 0) / count * 10) / 10;
    const keyframeIntervalS = Math.round(this.#keyframeIntervalMs / 100) / 10;
    return { bitrateKbps, fps, keyframeIntervalS, advice: this.#advice(whole, fps) };
  }

  #advice(whole: { bytes: number }[], fps: number): string[] {
    const advice: string[] = [];
    const newest = (this.#seconds.at(-1)?.second ?? 0) * 1000;
    const waited = this.#lastKeyframeMs === undefined ? 0 : newest - this.#lastKeyframeMs;
    const interval = Math.max(this.#keyframeIntervalMs, waited) / 1000;
    if (interval > LONG_KEYFRAME_INTERVAL_S) {
      advice.push(
        `set the keyframe interval to 2 s (it is ${interval.toFixed(1)} s): viewers start at keyframes`,
      );
    }
    if (whole.length < 4) return advice;
    if (this.#hasVideo && fps < LOW_FPS) {
      advice.push(`the frame rate is low (${fps} fps): the encoder may be overloaded`);
    }
    const sizes = whole.map(({ bytes }) => bytes);
    if (Math.max(...sizes) > UNSTABLE_RATIO * Math.max(1, Math.min(...sizes))) {
      advice.push('the bitrate is unstable: use constant bitrate (CBR) and check the uplink');
    }
    return advice;
  }

  #second(timeMs: number): { bytes: number; frames: number } {
    const second = Math.floor(timeMs / 1000);
    const open = this.#seconds.at(-1);
    if (open && second <= open.second) return open;
    const entry = { second, bytes: 0, frames: 0 };
    this.#seconds.push(entry);
    if (this.#seconds.length > SECONDS + 2) this.#seconds.shift();
    return entry;
  }
}
