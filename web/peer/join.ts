/** `/join/:channel`: asking the edge for a place. */
import * as v from 'valibot';
import { JoinAnswer } from '../../protocol/join.ts';
import type { JoinRequest } from '../../protocol/join-request.ts';
import { JOIN_BODY_TYPE } from '../../protocol/join-body.ts';
import type { PeerEnvironment } from './environment.ts';
import { FirstMedia } from './first-media.ts';
import { openJoinSocket } from './join-socket.ts';
import type { ClockSample } from './server-clock.ts';

/** What came of a join. */
export type JoinOutcome =
  | {
    kind: 'answered';
    answer: JoinAnswer;
    clock: ClockSample;
    /** Follows the answer where it was asked for; to be read or cancelled. */
    media?: FirstMedia;
    /** The answer came over it, and it is the signaling socket from now on. */
    socket?: WebSocket;
  }
  /** The edge said no, and would say so again. */
  | { kind: 'refused'; code: string; message: string }
  /** No edge, a failing one or a busy one: worth another try. */
  | { kind: 'unreachable'; message: string; retryAfterMs: number | undefined };

const Refusal = v.object({ error: v.object({ code: v.string(), message: v.string() }) });
const TIMEOUT_MS = 10_000;

/** By the signaling socket where there is to be media and `bySocket` allows it, else by HTTP. */
export async function join(
  environment: PeerEnvironment,
  url: string,
  request: v.InferInput<typeof JoinRequest>,
  signal: AbortSignal,
  bySocket = false,
): Promise<JoinOutcome> {
  const dialledAt = environment.now();
  const opened = bySocket && request.media
    ? await openJoinSocket(environment, url, request, signal)
    : undefined;
  const outcome = opened && answered(opened, environment, dialledAt);
  if (outcome?.kind === 'answered') return outcome;
  opened?.socket.close();
  const askedAt = environment.now();
  const timeout = new AbortController();
  const timer = environment.setTimer(TIMEOUT_MS, () => timeout.abort());
  try {
    const response = await environment.fetch(url, {
      method: 'POST',
      // text/plain keeps the request CORS-simple: no preflight.
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(request),
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    const opened = response.headers.get('content-type') === JOIN_BODY_TYPE && response.body
      ? await FirstMedia.open(response.body)
      : { answer: await response.text() };
    return response.ok ? answered(opened, environment, askedAt) : refusal(response, parse(opened.answer));
  } catch (error) {
    return { kind: 'unreachable', message: String(error), retryAfterMs: undefined };
  } finally {
    environment.clearTimer(timer);
  }
}

function answered(
  { answer: text, ...more }: { answer: string; media?: FirstMedia; socket?: WebSocket },
  environment: PeerEnvironment,
  askedAt: number,
): JoinOutcome {
  const answer = v.safeParse(JoinAnswer, parse(text));
  if (!answer.success) {
    return {
      kind: 'unreachable',
      message: `join answer: ${answer.issues[0].message}`,
      retryAfterMs: undefined,
    };
  }
  const clock = { nowMs: answer.output.nowMs, askedAt, answeredAt: environment.now() };
  return { kind: 'answered', answer: answer.output, clock, ...more };
}

/** Retry-After in milliseconds (RFC 9110 section 10.2.3, seconds only); undefined when absent or malformed. */
export function retryAfterMs(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  return text !== null && /^\d{1,5}$/.test(text) ? Number(text) * 1000 : undefined;
}

function refusal(response: Response, body: unknown): JoinOutcome {
  const told = v.safeParse(Refusal, body);
  const message = told.success ? told.output.error.message : `the edge answered ${response.status}`;
  if (response.status >= 500 || response.status === 429 || response.status === 408) {
    return { kind: 'unreachable', message, retryAfterMs: retryAfterMs(response) };
  }
  return {
    kind: 'refused',
    code: told.success ? told.output.error.code : `http-${response.status}`,
    message,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
