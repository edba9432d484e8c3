/**
 * Hooks object: one for the box. Keeps webhooks, queues what happened for each of them, and delivers by alarm, signed
 * by the Standard Webhooks specification, with growing pauses; what cannot be delivered ends up in a list.
 */
import { DurableObject } from 'cloudflare:workers';
import { Webhook } from 'standardwebhooks';
import { toHex } from '../../protocol/bytes.ts';
import type { HookBackup } from '../../protocol/backup.ts';
import type {
  DeadDelivery,
  Happening,
  HookEdit,
  HookPayload,
  HookResource,
  HookTest,
  NewHook,
} from '../../protocol/webhook.ts';
import { targetProblem } from '../access/hook-target.ts';
import { seal, unseal } from '../access/seal.ts';
import { directoryOf, type Env } from '../env.ts';
import { type DueDelivery, HookBook, MOST_HOOKS } from '../store/hook-book.ts';

/** How long a receiver may take. */
const PATIENCE_MS = 10_000;
/** Deliveries on their way at a time, and of one hook. */
const AT_ONCE = 20;
const AT_ONCE_OF_ONE = 4;
const PURPOSE = 'webhook';

export class Hooks extends DurableObject<Env> {
  #book: HookBook;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#book = new HookBook(ctx.storage.sql);
  }

  async list(): Promise<HookResource[]> {
    return this.#book.list();
  }

  async get(id: string): Promise<HookResource | undefined> {
    return this.#book.get(id);
  }

  /** Undefined: there are too many. The secret is shown this once. */
  async create(hook: NewHook): Promise<{ hook: HookResource; secret: string } | undefined> {
    if (this.#book.list().length >= MOST_HOOKS) return undefined;
    const id = newId();
    const secret = newSecret();
    this.#book.put(id, hook, await this.#sealed(secret), new Date().toISOString());
    await this.#tellMarks();
    return { hook: this.#book.get(id)!, secret };
  }

  async edit(id: string, edit: HookEdit): Promise<HookResource | undefined> {
    const hook = this.#book.get(id);
    if (!hook) return undefined;
    const { url, events, channels, viewerMark, disabled } = { ...hook, ...edit };
    this.#book.edit(id, { url, events, channels, viewerMark, disabled });
    await this.#tellMarks();
    return this.#book.get(id);
  }

  async remove(id: string): Promise<boolean> {
    if (!this.#book.get(id)) return false;
    this.#book.remove(id);
    await this.#tellMarks();
    return true;
  }

  /** A new secret in place of the old one, shown this once. */
  async resetSecret(id: string): Promise<string | undefined> {
    if (!this.#book.get(id)) return undefined;
    const secret = newSecret();
    this.#book.setSecret(id, await this.#sealed(secret));
    return secret;
  }

  async dead(id: string): Promise<DeadDelivery[] | undefined> {
    return this.#book.get(id) && this.#book.dead(id);
  }

  /** Sends a delivery that was given up once more. */
  async revive(id: string, delivery: string): Promise<boolean> {
    const found = this.#book.revive(id, delivery, Date.now());
    if (found) await this.#arm();
    return found;
  }

  async bury(id: string): Promise<boolean> {
    if (!this.#book.get(id)) return false;
    this.#book.bury(id);
    return true;
  }

  /** Delivers a test event at once and answers what came of it; it is not queued. */
  async tryOut(id: string): Promise<HookTest | undefined> {
    const hook = this.#book.get(id);
    const sealedSecret = this.#book.sealedSecret(id);
    if (!hook || sealedSecret === undefined) return undefined;
    const payload: HookPayload = {
      type: 'webhook.test',
      timestamp: new Date().toISOString(),
      data: { webhook: id },
    };
    const body = JSON.stringify(payload);
    const outcome = await this.#deliver({
      id: newId(),
      hook: id,
      url: hook.url,
      sealedSecret,
      body,
      attempts: 0,
    });
    this.#book.setResult(id, outcome.result);
    return outcome;
  }

  /** Told by any object: whoever wants to hear of it will. */
  async happened(happening: Happening): Promise<void> {
    if (this.#book.queue(happening, Date.now(), newId) > 0) await this.#arm();
  }

  async backup(): Promise<HookBackup[]> {
    return this.#book.list().map(({ id, url, events, channels, viewerMark, disabled, createdAt }) => {
      const sealedSecret = this.#book.sealedSecret(id)!;
      return { id, url, events, channels, viewerMark, disabled, createdAt, sealedSecret };
    });
  }

  async restore(hooks: HookBackup[]): Promise<void> {
    for (const { id, sealedSecret, createdAt, ...hook } of hooks) {
      this.#book.put(id, hook, sealedSecret, createdAt);
    }
    await this.#tellMarks();
  }

  override async alarm(): Promise<void> {
    const due = this.#book.due(Date.now(), AT_ONCE, AT_ONCE_OF_ONE);
    await Promise.all(due.map(async (delivery) => {
      const { delivered, result } = await this.#deliver(delivery);
      if (delivered) this.#book.delivered(delivery, result);
      else this.#book.failed(delivery, result, Date.now(), Math.random());
    }));
    await this.#arm();
  }

  async #deliver({ id, url, sealedSecret, body }: DueDelivery): Promise<HookTest> {
    const problem = targetProblem(url, this.env.SHOAL_HOOKS_LOCAL === '1');
    if (problem) return { delivered: false, result: `the address ${problem}` };
    const secret = await unseal(this.env.SHOAL_EDGE_SECRET, PURPOSE, sealedSecret);
    if (secret === undefined) {
      return { delivered: false, result: 'the secret cannot be read any more: reset it' };
    }
    const now = new Date();
    const messageId = `msg_${id}`;
    const late = new AbortController();
    // Cleared below: a timer that is left behind keeps the object awake.
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Shoal webhooks',
          'webhook-id': messageId,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign(messageId, now, body),
        },
        body,
        // A redirect could lead anywhere, and would carry the signature along.
        redirect: 'manual',
        signal: late.signal,
      });
      await answer.body?.cancel();
      return { delivered: answer.ok, result: String(answer.status) };
    } catch {
      const result = late.signal.aborted ? 'no answer within 10 s' : 'cannot be reached';
      return { delivered: false, result };
    } finally {
      clearTimeout(timer);
    }
  }

  async #tellMarks(): Promise<void> {
    await directoryOf(this.env).setViewerMarks(this.#book.marks());
  }

  async #arm(): Promise<void> {
    const nextMs = this.#book.nextMs();
    if (nextMs === undefined) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(nextMs);
  }

  #sealed(secret: string): Promise<string> {
    return seal(this.env.SHOAL_EDGE_SECRET, PURPOSE, secret);
  }
}

function newId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(10)));
}

/** 24 random bytes, as the specification writes them. */
function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`;
}
