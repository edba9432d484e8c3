/** What the Channel object knows of its swarm at one moment: asked for by the Report object when it closes a step. */
import type { ChannelSettings, ChannelState } from '../../protocol/channel.ts';

export interface Pulse {
  state: ChannelState;
  reason: string;
  settings: ChannelSettings;
  latencyTargetMs: number;
  /** Null without viewers. */
  supplyRatio: number | null;
  supplyStep: number;
  helped: number;
  /** Video track that who gives little was asked to take. */
  relieved: number | null;
  shards: number;
  seeds: number;
  bitrateKbps: number;
}
