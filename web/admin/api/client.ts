/**
 * The client of the admin API, typed by the edge's own routes (hono/client), with the bearer of whoever is signed in.
 * Every refusal arrives as an ApiFailure with the field and the rule that the edge named.
 */
import { hc } from 'hono/client';
import type { ApiError } from '../../../protocol/channel.ts';
import type { App } from '../../../worker/app.ts';

/** What the edge refused, or that it could not be asked (status 0). */
export class ApiFailure extends Error {
  constructor(
    /** HTTP status; 0: no answer came. */
    readonly status: number,
    /** As in ApiError; `unreachable` when no answer came. */
    readonly code: string,
    message: string,
    /** The field at fault, as `settings.windowS`, where there is one. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/** What a client needs of its surroundings. */
export interface ApiOptions {
  token(): string | undefined;
  /** Called when the edge no longer accepts the token. */
  onUnauthorized(): void;
  fetch?: typeof fetch;
}

/** Everything below `/api`. */
export type Api = ReturnType<typeof hc<App>>['api'];

export function apiClient(options: ApiOptions): Api {
  const headers = (): Record<string, string> => {
    const token = options.token();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };
  return hc<App>('/', {
    headers,
    fetch: (input: RequestInfo | URL, init?: RequestInit) => ask(options, input, init),
  })
    .api;
}

/** What a call answers, read. */
export async function told<T>(call: Promise<{ json(): Promise<T> }>): Promise<T> {
  return await (await call).json();
}

async function ask(options: ApiOptions, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await (options.fetch ?? fetch)(input, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new ApiFailure(0, 'unreachable', 'The edge does not answer. Is it running, and are you online?');
  }
  if (answer.ok) return answer;
  const failure = await failureOf(answer);
  if (answer.status === 401) options.onUnauthorized();
  throw failure;
}

async function failureOf(answer: Response): Promise<ApiFailure> {
  try {
    const { error } = await answer.json() as ApiError;
    return new ApiFailure(answer.status, error.code, error.message, error.field);
  } catch {
    return new ApiFailure(answer.status, 'unknown', `The edge answered ${answer.status} without saying why.`);
  }
}
