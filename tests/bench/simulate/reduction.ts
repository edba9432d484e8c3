/**
 * How a very large audience is simulated with fewer machines (docs/simulation.md says why that is fair): the backbone
 * whole, a few shards whole, and of every other shard its bridges alone, with the share of their uplink that
 * they keep for it. What the viewers left out would ask of the edge is asked in their place.
 */
import { FREE_SHARE } from '../../../worker/swarm/shards.ts';
import { bridgesOf } from '../../../worker/swarm/steward.ts';
import { TUNING } from '../../../web/mesh/tuning.ts';
import type { Host } from './host.ts';

export interface Reduction {
  /** Viewers that are simulated. */
  viewers: number;
  /** Bridges of the shards that are not. */
  bridges: number;
  /** Viewers that one simulated viewer stands for. */
  factor: number;
}

/** `sample`: shards simulated in full; 0: all of them. */
export function reductionFor(peers: number, sample: number, shardSize: number): Reduction {
  // An audience that has grown: shards are opened before they are full.
  const perShard = Math.floor(shardSize * (1 - FREE_SHARE));
  const shards = Math.ceil(peers / perShard);
  if (sample === 0 || sample >= shards) return { viewers: peers, bridges: 0, factor: 1 };
  const viewers = sample * perShard;
  return { viewers, bridges: (shards - sample) * bridgesOf(shardSize), factor: peers / viewers };
}

/** Whether a shard would lend this one as a bridge. */
export function isBridgeable(host: Host): boolean {
  return host.uplinkClass >= 3 && host.conduct === 'honest' && (host.nat === 'open' || host.nat === 'cone');
}

/** The part of a bridge that its backbone sees; of what it is granted the mesh itself keeps the shard's share. */
export function asBridge(host: Host, slot: number): Host {
  return { ...host, slot, uplinkKbps: host.uplinkKbps * TUNING.backboneShare };
}
