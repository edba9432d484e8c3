/**
 * Cloudflare's TURN service: credentials are made by its API (`generate-ice-servers`), with a key of the account.
 *
 * A request a join would be 3,000 a second in a flash crowd, so one answer is shared by all who ask an isolate
 * within SHARED_SECONDS; it names no peer. The answer's STUN servers come along.
 */
import * as v from 'valibot';
import { IceServer } from '../../protocol/join.ts';
import { log } from '../log.ts';
import { type IceServers, TURN_SECONDS, type TurnDesk } from './turn.ts';

export interface CloudflareTurn {
  /** Id of the TURN key. */
  keyId: string;
  /** The TURN key's API token. */
  token: string;
  fetch: typeof globalThis.fetch;
}

/** Credentials are handed out for so long after they were made; they are made to last this much longer. */
const SHARED_SECONDS = 300;
/** After a failure nobody asks for this long: a join may not wait for a service that is down. */
const PAUSE_SECONDS = 10;
const TIMEOUT_MS = 2000;

const Answer = v.object({ iceServers: v.array(IceServer) });

export class CloudflareTurnDesk implements TurnDesk {
  #options: CloudflareTurn;
  #made: { untilS: number; servers: Promise<IceServers> } | undefined;

  constructor(options: CloudflareTurn) {
    this.#options = options;
  }

  /** Empty while the service fails: viewers then go without a relay. */
  async issue(_id: string, nowS: number): Promise<IceServers> {
    if (!this.#made || nowS >= this.#made.untilS) {
      const made = this.#made = { untilS: nowS + SHARED_SECONDS, servers: this.#ask() };
      made.servers = made.servers.catch((error) => {
        made.untilS = nowS + PAUSE_SECONDS;
        log('error', 'TURN credentials cannot be had', { why: error.message });
        return [];
      });
    }
    return await this.#made.servers;
  }

  async #ask(): Promise<IceServers> {
    const { keyId, token, fetch } = this.#options;
    const response = await fetch(
      `https://rtc.live.cloudflare.com/v1/turn/keys/${
        encodeURIComponent(keyId)
      }/credentials/generate-ice-servers`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ttl: TURN_SECONDS + SHARED_SECONDS }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    const answer = v.safeParse(Answer, await response.json());
    if (!answer.success) throw new Error('the service answered something else than iceServers');
    return answer.output.iceServers.map(withoutPort53);
  }
}

/** Browsers block port 53 and wait for it in vain. */
function withoutPort53(server: IceServers[number]): IceServers[number] {
  const urls = [server.urls].flat().filter((url) => !/:53(\?|$)/.test(url));
  return { ...server, urls };
}
