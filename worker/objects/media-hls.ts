/** Plain HLS from a Media object, for stock players. */
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import { mainPlaylist } from '../../protocol/hls.ts';
import { INIT_PIECE, packIndex } from '../../protocol/piece-index.ts';
import { Failure } from '../failure.ts';
import type { MediaAsk } from '../media/ask.ts';
import { joinedBytes } from '../media/body.ts';
import { mediaPlaylist, type Segment } from '../media/hls.ts';
import { HlsSequence, type KeyValue } from '../media/hls-sequence.ts';
import { Silence } from '../media/silence.ts';
import type { Waiting } from '../media/waiting.ts';
import type { MediaWindow } from '../media/window.ts';
import type { MediaEgress } from './media-egress.ts';
import type { MediaLink } from './media-link.ts';
import { PIECE_WAIT_MS } from './media-pieces.ts';
import { BRIEF, gone, headersFor, IMMUTABLE, later } from './media-response.ts';

export type HlsAsk = Extract<MediaAsk, { what: `hls-${string}` }>;

export class MediaHls {
  readonly #window: MediaWindow;
  readonly #waiting: Waiting;
  readonly #link: MediaLink;
  readonly #egress: MediaEgress;
  readonly #sequence: HlsSequence;
  readonly #silence = new Silence();

  constructor(
    window: MediaWindow,
    waiting: Waiting,
    link: MediaLink,
    egress: MediaEgress,
    storage: KeyValue,
  ) {
    this.#window = window;
    this.#waiting = waiting;
    this.#link = link;
    this.#egress = egress;
    this.#sequence = new HlsSequence(storage);
  }

  /** Throws Failure 404 where the channel has plain HLS off. */
  async answer(broadcast: Broadcast, settings: ChannelSettings, ask: HlsAsk): Promise<Response> {
    if (!(settings.hls ?? settings.egressCapKbps === null)) {
      throw new Failure(404, 'hls-off', 'plain HLS is off for this channel');
    }
    switch (ask.what) {
      case 'hls-main':
        return await this.#main(broadcast);
      case 'hls-track':
        return await this.#track(broadcast, ask.track);
      case 'hls-init':
        return await this.#init(ask.track, ask.segment);
      case 'hls-segment':
        return this.#segment(broadcast, ask.track, ask.segment);
    }
  }

  /** The broadcast is over. */
  clear(): void {
    this.#sequence.clear();
    this.#silence.clear();
  }

  /** Segments of a track as plain HLS has them. */
  #segments(broadcast: Broadcast, track: number): Segment[] {
    return this.#silence.segments(this.#window, broadcast, track, this.#link.isFilled);
  }

  async #main(broadcast: Broadcast): Promise<Response> {
    const has = ({ track }: Track) => this.#segments(broadcast, track).some(isComplete);
    const ready = () => broadcast.tracks.every(has);
    if (await this.#waiting.until(ready, PIECE_WAIT_MS)) return playlist(mainPlaylist(broadcast));
    // A lower rendition may be away for a while: the source does not wait for it.
    const tracks = broadcast.tracks.filter(has);
    if (tracks[0] !== broadcast.tracks[0]) throw later('no segment is complete yet');
    return playlist(mainPlaylist({ ...broadcast, tracks }));
  }

  async #track(broadcast: Broadcast, track: number): Promise<Response> {
    if (!broadcast.tracks.some((one) => one.track === track)) throw gone('there is no such track');
    let held: Segment[] = [];
    const ready = () => (held = this.#segments(broadcast, track)).some(isComplete);
    // A list that is made too early in a refill would stay short.
    await this.#waiting.until(() => ready() && this.#link.isFilled, PIECE_WAIT_MS);
    if (!ready()) throw later('no segment is complete yet');
    const { segments, anchor } = this.#sequence.list(broadcast.id, track, held);
    for (const segment of segments.slice(0, -1)) this.#link.want(segment.missing);
    return playlist(mediaPlaylist(broadcast, track, segments, anchor));
  }

  async #init(track: number, segment: number): Promise<Response> {
    const index = packIndex(segment, track, INIT_PIECE);
    const held = () => this.#window.get(index) ?? this.#silence.init(track, index);
    if (!held()) this.#link.want([index]);
    await this.#waiting.until(() => held() !== undefined || this.#link.isMissing(index), PIECE_WAIT_MS);
    const init = held();
    if (!init) throw gone('the window does not hold this init segment');
    return this.#egress.send('hls', joinedBytes([init.bytes]), IMMUTABLE, 'video/mp4');
  }

  #segment(broadcast: Broadcast, track: number, number: number): Response {
    const segment = this.#segments(broadcast, track).find((one) => one.number === number);
    if (!segment?.isComplete) throw gone('the window does not hold this segment whole');
    const body = segment.silence ??
      joinedBytes(segment.indexes.map((index) => this.#window.get(index)!.bytes));
    return this.#egress.send('hls', body, IMMUTABLE, 'video/iso.segment');
  }
}

function isComplete(segment: Segment): boolean {
  return segment.isComplete;
}

function playlist(text: string): Response {
  const headers = headersFor(BRIEF);
  headers.set('content-type', 'application/vnd.apple.mpegurl');
  return new Response(text, { headers });
}
