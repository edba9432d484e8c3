/**
 * Another Shoal's edge, as its viewers see it: join, and media by aligned runs of one second. The caller asks no
 * object and holds no socket; a grant lasts half a minute, then it joins again.
 */
import * as v from 'valibot';
import { FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import { toBase64Url } from '../../protocol/bytes.ts';
import { JoinAnswer, type LiveJoinAnswer } from '../../protocol/join.ts';
import { joinMediaPath, pieceMediaPath, RUN_STATE_HEADER, runMediaPath } from '../../protocol/media.ts';

/** Longest answers that are read, in bytes. */
const MAX_JOIN_BYTES = 256 * 1024;
const MAX_MEDIA_BYTES = 32 * 1024 * 1024;
const PATIENCE_MS = 10_000;

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What a request for media came to. */
export type MediaOutcome =
  | { frames: PieceFrame[]; isOpen: boolean }
  /** `gone`: not held any more; `later`: not yet, or not now; `refused`: the grant is over. */
  | { trouble: 'gone' | 'later' | 'refused' };

export class SourceEdge {
  readonly #base: string;
  readonly #channel: string;
  readonly #token: string | undefined;
  readonly #fetch: Fetch;
  readonly #peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

  /** `address`: of the channel's page, as `https://other.example/watch/name`. Throws RangeError. */
  constructor(address: string, token: string | undefined, fetch: Fetch) {
    const url = URL.parse(address);
    const name = /^\/(?:watch|embed|join)\/([a-z0-9][a-z0-9-]{0,62})\/?$/.exec(url?.pathname ?? '')?.[1];
    if (!url || !name) throw new RangeError('source.url must be the address of a channel, as /watch/name');
    this.#base = url.origin;
    this.#channel = name;
    this.#token = token;
    this.#fetch = fetch;
  }

  /** Throws an Error with the other side's own words when it refuses. */
  async join(): Promise<JoinAnswer> {
    const body = JSON.stringify({
      peerKey: this.#peerKey,
      p2p: 'off',
      ...(this.#token ? { token: this.#token } : {}),
    });
    const answer = await this.#ask(`/join/${this.#channel}`, { method: 'POST', body });
    const text = new TextDecoder().decode(await readAtMost(answer, MAX_JOIN_BYTES));
    if (answer.status !== 200) throw new Error(`the source refuses with ${answer.status}: ${codeIn(text)}`);
    return v.parse(JoinAnswer, JSON.parse(text));
  }

  /** Init segments and everything from the newest keyframe on. */
  newest(join: LiveJoinAnswer): Promise<MediaOutcome> {
    return this.#media(joinMediaPath(join.mediaPath, tracksOf(join)), '&', join);
  }

  run(join: LiveJoinAnswer, second: number): Promise<MediaOutcome> {
    return this.#media(runMediaPath(join.mediaPath, tracksOf(join), second), '?', join);
  }

  piece(join: LiveJoinAnswer, index: number): Promise<MediaOutcome> {
    return this.#media(pieceMediaPath(join.mediaPath, index), '?', join);
  }

  async #media(path: string, mark: '?' | '&', { grant }: LiveJoinAnswer): Promise<MediaOutcome> {
    const answer = await this.#ask(`${path}${mark}grant=${encodeURIComponent(grant.value)}`);
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return {
        trouble: answer.status === 404
          ? 'gone'
          : answer.status === 401 || answer.status === 403
          ? 'refused'
          : 'later',
      };
    }
    const reader = new FrameReader();
    const frames = reader.push(await readAtMost(answer, MAX_MEDIA_BYTES));
    return { frames, isOpen: answer.headers.get(RUN_STATE_HEADER) === 'open' };
  }

  #ask(path: string, init: RequestInit = {}): Promise<Response> {
    // A redirect could lead anywhere; what it led to would get the token.
    return this.#fetch(`${this.#base}${path}`, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  }
}

function tracksOf({ broadcast }: LiveJoinAnswer): number[] {
  return broadcast.tracks.map(({ track }) => track).sort((a, b) => a - b);
}

async function readAtMost(answer: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > most) throw new RangeError(`an answer of the source must be at most ${most} bytes`);
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function codeIn(text: string): string {
  try {
    return String(JSON.parse(text).error.code).slice(0, 60);
  } catch {
    return 'no reason given';
  }
}
