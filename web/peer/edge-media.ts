/** Media from the edge over HTTP: frames as they come, single pieces, and what the edge's refusals mean. */
import type { PieceFrame } from '../../protocol/frame.ts';
import { FrameReader } from '../../protocol/frame.ts';
import { pieceMediaPath, RUN_STATE_HEADER } from '../../protocol/media.ts';
import { describeIndex } from '../../protocol/piece-index.ts';
import { EdgeBusy } from '../mesh/seams.ts';
import type { PeerEnvironment } from './environment.ts';
import type { GrantKeeper } from './grant.ts';
import { retryAfterMs } from './join.ts';

/** The edge has no such media (any more), or never will. */
export class MediaGone extends Error {}

/** Single pieces asked for at once; browsers give six connections to a host over HTTP/1.1. */
const MOST_PIECE_FETCHES = 4;
const PIECE_TIMEOUT_MS = 5000;
const BUSY_MS = 1000;

export class EdgeMedia {
  #environment: PeerEnvironment;
  #edgeUrl: string;
  #mediaPath: string;
  #grants: GrantKeeper;
  #fetching = 0;
  #waiting: (() => void)[] = [];
  /** Requests made so far. */
  requests = 0;
  /** Of those the ones that were put off because the egress cap is spent, and not because there is nothing yet. */
  refused = 0;

  constructor(environment: PeerEnvironment, edgeUrl: string, mediaPath: string, grants: GrantKeeper) {
    this.#environment = environment;
    this.#edgeUrl = edgeUrl;
    this.#mediaPath = mediaPath;
    this.#grants = grants;
  }

  /**
   * Reads a body of frames as they arrive; answers the run state, if the response told one. Rejects with EdgeBusy,
   * MediaGone, or what the network said.
   */
  async frames(
    path: string,
    signal: AbortSignal,
    take: (frame: PieceFrame) => void,
  ): Promise<string | null> {
    const response = await this.#get(path, signal);
    const reader = new FrameReader();
    const body = response.body?.getReader();
    for (let part = await body?.read(); part?.value; part = await body?.read()) {
      for (const frame of reader.push(part.value)) take(frame);
    }
    if (!reader.isWhole) throw new Error('the response ended within a frame');
    return response.headers.get(RUN_STATE_HEADER);
  }

  /** One piece. Rejects with EdgeBusy or MediaGone. */
  async piece(index: number, signal: AbortSignal): Promise<PieceFrame> {
    if (this.#fetching >= MOST_PIECE_FETCHES) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#fetching++;
    const timeout = new AbortController();
    const timer = this.#environment.setTimer(PIECE_TIMEOUT_MS, () => timeout.abort());
    try {
      const frames: PieceFrame[] = [];
      const path = pieceMediaPath(this.#mediaPath, index);
      await this.frames(path, AbortSignal.any([signal, timeout.signal]), (frame) => frames.push(frame));
      const [frame] = frames;
      if (frames.length !== 1 || frame?.record.index !== index) {
        throw new Error(`the edge answered something else than piece ${describeIndex(index)}`);
      }
      return frame;
    } finally {
      this.#environment.clearTimer(timer);
      this.#fetching--;
      this.#waiting.shift()?.();
    }
  }

  async #get(path: string, signal: AbortSignal): Promise<Response> {
    for (let attempt = 0;; attempt++) {
      const grant = await this.#grants.value();
      signal.throwIfAborted();
      const url = new URL(path, this.#edgeUrl);
      url.searchParams.set('grant', grant);
      this.requests++;
      const response = await this.#environment.fetch(url.href, { signal });
      if (response.ok) return response;
      const why = await response.text();
      if ((response.status === 401 || response.status === 403) && attempt === 0) {
        await this.#grants.refresh(grant);
        continue;
      }
      if (response.status === 503 || response.status === 429) {
        if (why.includes('egress-cap')) this.refused++;
        throw new EdgeBusy(retryAfterMs(response) ?? BUSY_MS);
      }
      if (response.status === 404 || response.status === 410) throw new MediaGone(`${path} is not there`);
      throw new Error(`the edge answered ${response.status} for ${path}`);
    }
  }
}
