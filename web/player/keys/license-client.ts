/** `POST /license/:channel`: asking the edge for keys (protocol/license.ts). */
import * as v from 'valibot';
import { fromHex, toBase64Url } from '../../../protocol/bytes.ts';
import { LicenseAnswer } from '../../../protocol/license.ts';

export type LicenseOutcome =
  | { kind: 'answered'; answer: LicenseAnswer }
  /** The edge said no, and would say so again. */
  | { kind: 'refused'; code: string; message: string }
  /** Worth another try. */
  | { kind: 'unreachable'; message: string };

export interface LicenseClientOptions {
  edgeUrl: string;
  channel: string;
  token: () => string | undefined;
  framedBy?: string;
  /** A media grant that is good for a while: the proof of a session. */
  grant: () => Promise<string>;
  fetch?: typeof fetch;
}

const TIMEOUT_MS = 8000;
const Refusal = v.object({ error: v.object({ code: v.string(), message: v.string() }) });
/** Codes that go away by themselves: the grant is renewed, the join card is a moment old. */
const PASSING = new Set(['grant-over', 'off-air', 'rate-limited']);

/** Asks for these key ids (hex), or for all that are in use. Never rejects. */
export async function askLicense(options: LicenseClientOptions, keyIds: string[]): Promise<LicenseOutcome> {
  const { edgeUrl, channel, token, framedBy, grant, fetch: ask = fetch } = options;
  try {
    const url = new URL(`/license/${encodeURIComponent(channel)}`, edgeUrl);
    url.searchParams.set('grant', await grant());
    const shown = token();
    const response = await ask(url.href, {
      method: 'POST',
      // text/plain keeps the request CORS-simple: no preflight.
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({
        ...(keyIds.length > 0 && { kids: keyIds.map((id) => toBase64Url(fromHex(id)!)) }),
        type: 'temporary',
        ...(shown !== undefined && { token: shown }),
        ...(framedBy !== undefined && { framedBy }),
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return outcomeOf(response.status, parsed(await response.text()));
  } catch (error) {
    return { kind: 'unreachable', message: String(error) };
  }
}

function outcomeOf(status: number, body: unknown): LicenseOutcome {
  if (status === 200) {
    const answer = v.safeParse(LicenseAnswer, body);
    if (answer.success) return { kind: 'answered', answer: answer.output };
    return { kind: 'unreachable', message: 'the license is malformed' };
  }
  const told = v.safeParse(Refusal, body);
  const { code, message } = told.success
    ? told.output.error
    : { code: `http-${status}`, message: `the edge answered ${status}` };
  if (status >= 500 || status === 429 || PASSING.has(code)) return { kind: 'unreachable', message };
  return { kind: 'refused', code, message };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
