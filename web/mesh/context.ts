/** What the parts of one mesh share. Made by mesh.ts. */
import type { UploadBudget } from './budget.ts';
import type { CutClock } from './cut-clock.ts';
import type { Coming } from './coming.ts';
import type { Lane, Lanes } from './lane.ts';
import type { Message } from './message.ts';
import type { Meter } from './meter.ts';
import type { Neighbour } from './neighbour.ts';
import type { OwnLine } from './own-line.ts';
import type { MeshOptions, World } from './seams.ts';
import type { Tuning } from './tuning.ts';
import type { Verifier } from './verify.ts';
import type { WindowStore } from './window-store.ts';

export interface Context {
  readonly world: World;
  readonly options: MeshOptions;
  /** As the latency target has it; another one after it changed. */
  tuning: Tuning;
  readonly tag: number;
  readonly store: WindowStore;
  readonly lanes: Lanes;
  readonly clock: CutClock;
  readonly budget: UploadBudget;
  readonly meter: Meter;
  readonly verifier: Verifier;
  readonly line: OwnLine;
  readonly coming: Coming;
  /** Linked neighbours, handshake done. */
  readonly linked: Neighbour[];
  /** Sends and counts. */
  send(to: Neighbour, message: Message): void;
  /** Whether this peer holds links of the backbone. */
  isBridge(): boolean;
  /** What this peer needs, kbps with overhead. */
  demandKbps(): number;
}

/** Whether a lane can be passed on: its pieces come in. */
export function isAttached(lane: Lane, now: number, tuning: Tuning): boolean {
  return lane.hasSource && lane.lagMs >= 0 && now - lane.lastPushAt < lane.gapMs + 500 + tuning.silenceMs;
}

/** Whether a peer with this upload feeds others more than it takes. */
export function contributes(uploadKbps: number, context: Context): boolean {
  return uploadKbps * context.tuning.budgetShare >= context.demandKbps();
}
