/**
 * Viewer object: one viewer id whose token carries a device limit. Small and rare: nobody else has one, and nothing is
 * kept once its last slot is over.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Env } from '../env.ts';
import { DeviceSlots, JOIN_SLOT_MS, SLOT_MS } from '../store/device-slots.ts';

export class Viewer extends DurableObject<Env> {
  #slots: DeviceSlots;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#slots = new DeviceSlots(ctx.storage.kv.get<[string, number][]>('slots'));
  }

  /** A slot for this peer, longer once it is seated. False when as many others hold one. */
  async take(peerId: string, limit: number, isSeated: boolean): Promise<boolean> {
    const taken = this.#slots.take(peerId, limit, Date.now(), isSeated ? SLOT_MS : JOIN_SLOT_MS);
    if (taken) await this.#keep();
    return taken;
  }

  async release(peerId: string): Promise<void> {
    if (this.#slots.release(peerId)) await this.#keep();
  }

  override async alarm(): Promise<void> {
    this.#slots.drop(Date.now());
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const { endsAtMs } = this.#slots;
    if (endsAtMs === undefined) {
      await this.ctx.storage.deleteAlarm();
      return await this.ctx.storage.deleteAll();
    }
    this.ctx.storage.kv.put('slots', this.#slots.all);
    await this.ctx.storage.setAlarm(endsAtMs);
  }
}
