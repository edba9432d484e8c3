/** Stand-in for the reporter of web/peer: what a viewer tells of itself, at the pace the shard asks for. */
import type { PeerReport } from '../../../protocol/stats.ts';
import type { SimPeer } from './sim-peer.ts';

const NOTHING = {
  uploadBytes: 0,
  duplicateBytes: 0,
  peerBytes: 0,
  edgeBytes: 0,
  repairs: 0,
  stalls: 0,
  stallMs: 0,
};
type Counts = typeof NOTHING;

export class Reporter {
  readonly #peer: SimPeer;
  /** The latest pace; reports of an older one end. */
  #pace = 0;
  #told: Counts = NOTHING;

  constructor(peer: SimPeer) {
    this.#peer = peer;
  }

  pace(everyMs: number, phaseMs: number): void {
    const pace = ++this.#pace;
    const tell = () => {
      if (pace !== this.#pace) return;
      const report = this.#report();
      if (report) this.#peer.sim.desk.tell(this.#peer, { action: 'report', report });
      this.#peer.later(everyMs, tell);
    };
    this.#peer.later(phaseMs, tell);
  }

  reset(): void {
    this.#pace++;
    this.#told = NOTHING;
  }

  #report(): PeerReport | undefined {
    const { mesh, player, sim } = this.#peer;
    if (!mesh || !player) return undefined;
    const stats = mesh.stats();
    const { lan, peer, turn, seed, join, run, repair } = stats.bytes;
    const now: Counts = {
      uploadBytes: stats.uploadBytes,
      duplicateBytes: stats.duplicateBytes,
      peerBytes: peer,
      edgeBytes: seed + join + run + repair,
      repairs: stats.repairs,
      stalls: player.allStalls,
      stallMs: player.allStalledMs,
    };
    const since = { ...now };
    for (const key of Object.keys(now) as (keyof Counts)[]) {
      since[key] = Math.max(0, now[key] - this.#told[key]);
    }
    this.#told = now;
    return {
      ...since,
      lanBytes: lan,
      turnBytes: turn,
      latencyMs: Math.max(0, sim.mediaMs - player.headMs),
      bufferMs: Math.max(0, player.playhead.bufferedUntilUs / 1000 - player.headMs),
      peers: stats.links,
      uploadKbps: stats.uploadKbps,
    };
  }
}
