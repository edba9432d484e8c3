/** All that leaves a Media object: drawn on the channel's egress cap, let out at its pace, and counted. */
import { EgressBudget } from '../media/egress-budget.ts';
import { EgressPace, type PacedKind } from '../media/egress-pace.ts';
import type { Lacking } from '../media/lacking.ts';
import { headersFor, later } from './media-response.ts';
import type { MediaUse } from './media-use.ts';

export class MediaEgress {
  readonly #use: MediaUse;
  readonly #lacking: Pick<Lacking, 'refused'>;
  readonly #budget = new EgressBudget();
  readonly #pace = new EgressPace();

  constructor(use: MediaUse, lacking: Pick<Lacking, 'refused'>) {
    this.#use = use;
    this.#lacking = lacking;
  }

  /** Null: no cap. */
  setCap(capKbps: number | null): void {
    this.#budget.setCap(capKbps, Date.now());
    this.#pace.setCap(capKbps);
  }

  /** A response with this body. Throws Failure 503 when the cap is spent. */
  send(
    kind: PacedKind,
    body: Uint8Array<ArrayBuffer>,
    cacheControl: string,
    type = 'application/octet-stream',
  ): Response {
    const drawn = this.#budget.take(kind, body.length, Date.now());
    if (!drawn.ok) {
      this.#use.refused(kind, body.length);
      if (kind === 'repair') this.#lacking.refused();
      throw later('the egress cap of the channel is spent', drawn.retryAfterMs, 'egress-cap');
    }
    const headers = headersFor(this.#budget.isCapped ? 'no-store' : cacheControl);
    headers.set('content-type', type);
    const paced = this.#pace.body(kind, body, {
      went: (bytes) => this.#use.went(kind, bytes),
      left: (bytes) => this.#budget.giveBack(bytes),
    });
    return new Response(paced, { headers });
  }

  /** What went into seed streams; `help`: by supply control, counted by itself. */
  seeded(sent: number, help: number): void {
    if (sent + help === 0) return;
    this.#budget.take('seed', sent + help, Date.now());
    this.#pace.sent(sent + help);
    this.#use.went('seed', sent);
    this.#use.went('help', help);
  }

  /** For a replay: 0 when its bytes may go now, else in how many milliseconds to ask again. */
  drawReplay(bytes: number): number {
    const drawn = this.#budget.take('replay', bytes, Date.now());
    if (!drawn.ok) return drawn.retryAfterMs;
    this.#pace.sent(bytes);
    return 0;
  }
}
