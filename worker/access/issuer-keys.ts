/** Public keys of other issuers, fetched from their JWKS addresses (RFC 7517), bounded in time, size and number. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import { targetProblem } from './hook-target.ts';

const TIMEOUT_MS = 3000;
const MAX_BYTES = 64 * 1024;
/** How long keys are good for; a token of an unknown key makes us ask again, this often at most. */
const KEEP_MS = 5 * 60_000;
const ASK_AGAIN_MS = 15_000;
/** When an issuer cannot be reached, its last keys are still believed for so long. */
const STALE_MS = 60 * 60_000;

const text = v.pipe(v.string(), v.maxLength(4096));
/** Public keys only: symmetric ones (`oct`) would let whoever reads the set sign. */
const Jwks = v.object({
  keys: v.pipe(
    v.array(v.looseObject({ kty: v.string(), kid: v.optional(text), d: v.optional(v.unknown()) })),
    v.maxLength(50),
  ),
});

interface Held {
  keys: JWTVerifyGetKey;
  ids: Set<string>;
  atMs: number;
}

export interface IssuerKeysOptions {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  now: () => number;
  /** SHOAL_PRIVATE_ISSUERS is 1. */
  privateHosts: boolean;
}

/** A memory of key sets by address. One an isolate. */
export class IssuerKeys {
  #held = new Map<string, Held>();
  #asking = new Map<string, { work: Promise<Held>; sinceMs: number }>();
  #failedAt = new Map<string, number>();

  constructor(readonly options: IssuerKeysOptions) {}

  /** The key that this token's header names. Throws when there is none, or the issuer cannot be asked. */
  async key(
    url: string,
    ...[header, token]: Parameters<JWTVerifyGetKey>
  ): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    const nowMs = this.options.now();
    let held = this.#held.get(url);
    const known = held !== undefined && (header?.kid === undefined || held.ids.has(header.kid));
    const ageMs = nowMs - (held?.atMs ?? -Infinity);
    const lastTryMs = Math.max(held?.atMs ?? -Infinity, this.#failedAt.get(url) ?? -Infinity);
    if (ageMs > KEEP_MS || !known) {
      if (nowMs - lastTryMs > ASK_AGAIN_MS) held = await this.#ask(url).catch(() => held);
      if (!held || nowMs - held.atMs > STALE_MS) throw new Error('the issuer cannot be asked for its keys');
    }
    return await held!.keys(header, token);
  }

  async #ask(url: string): Promise<Held> {
    const nowMs = this.options.now();
    let asking = this.#asking.get(url);
    // One that hangs, because the request it was made for was cut off, is not waited for.
    if (!asking || nowMs - asking.sinceMs > 2 * TIMEOUT_MS) {
      asking = { work: this.#fetch(url), sinceMs: nowMs };
      this.#asking.set(url, asking);
    }
    try {
      return await asking.work;
    } catch (error) {
      this.#failedAt.set(url, nowMs);
      throw error;
    } finally {
      if (this.#asking.get(url) === asking) this.#asking.delete(url);
    }
  }

  async #fetch(url: string): Promise<Held> {
    const problem = targetProblem(url, this.options.privateHosts);
    if (problem !== undefined) throw new Error(`jwksUrl ${problem}`);
    // A redirect could lead where the address itself may not.
    const response = await this.options.fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the issuer answered ${response.status}`);
    }
    const { keys } = v.parse(Jwks, JSON.parse(await boundedText(response)));
    const usable = keys.filter(({ kty, d }) => ['OKP', 'EC', 'RSA'].includes(kty) && d === undefined);
    const held: Held = {
      keys: createLocalJWKSet({ keys: usable } as JSONWebKeySet),
      ids: new Set(usable.flatMap(({ kid }) => kid === undefined ? [] : [kid])),
      atMs: this.options.now(),
    };
    this.#held.set(url, held);
    return held;
  }
}

async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let whole = '';
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > MAX_BYTES) {
      await reader.cancel();
      throw new Error(`a key set must be at most ${MAX_BYTES} bytes`);
    }
    whole += decoder.decode(value, { stream: true });
  }
  return whole;
}

let memory: IssuerKeys | undefined;

/** The memory of this isolate. */
export function issuerKeys(privateHosts: boolean): IssuerKeys {
  return memory ??= new IssuerKeys({
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    privateHosts,
  });
}
