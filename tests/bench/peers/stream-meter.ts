/**
 * What the stream itself weighs, so that "copies" is reckoned from what the encoder made and not from what it was
 * told to make: the segments of the HLS folder that it writes beside what it publishes.
 */

export interface StreamReading {
  /** Bytes and seconds of the segments that were complete so far. */
  bytes: number;
  seconds: number;
}

export class StreamMeter {
  readonly #folder: string;
  readonly #seen = new Set<string>();
  #total: StreamReading = { bytes: 0, seconds: 0 };

  /** `folder`: holds `index.m3u8` and its segments. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Counts what is new. Segments leave the folder after half a minute: to be called more often than that. */
  async look(): Promise<StreamReading> {
    for (const { name, seconds } of segmentsOf(await Deno.readTextFile(`${this.#folder}/index.m3u8`))) {
      if (this.#seen.has(name)) continue;
      const size = await Deno.stat(`${this.#folder}/${name}`).then((file) => file.size, () => undefined);
      if (size === undefined) continue;
      this.#seen.add(name);
      this.#total = { bytes: this.#total.bytes + size, seconds: this.#total.seconds + seconds };
    }
    return this.#total;
  }
}

/** Segments of a media playlist (RFC 8216) with their durations. */
export function segmentsOf(playlist: string): { name: string; seconds: number }[] {
  return [...playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)/g)]
    .map(([, seconds, name]) => ({ name: name!.trim(), seconds: Number(seconds) }));
}

/** Rate of the stream between two readings. */
export function kbpsBetween(from: StreamReading, to: StreamReading): number {
  return (to.bytes - from.bytes) * 8 / 1000 / (to.seconds - from.seconds);
}
