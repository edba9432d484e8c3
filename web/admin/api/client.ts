/**
 * Calls of the admin API, with the bearer of whoever is signed in. Answers are typed by the resources in protocol/;
 * every refusal arrives as an ApiFailure with the field and the rule that the edge named.
 */
import type { ApiError } from '../../../protocol/channel.ts';

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

/** Values of a query string; undefined ones are left out. */
export type Query = Record<string, string | number | undefined>;

/** What a client needs of its surroundings. */
export interface ApiOptions {
  token(): string | undefined;
  /** Called when the edge no longer accepts the token. */
  onUnauthorized(): void;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.#json('GET', path + queryText(query), undefined, signal);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#json('POST', path, body);
  }

  put<T>(path: string, body?: unknown): Promise<T> {
    return this.#json('PUT', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json('PATCH', path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#json('DELETE', path);
  }

  /** The body as a file, for downloads that need the bearer. */
  async file(path: string, query: Query = {}): Promise<Blob> {
    return await (await this.#ask('GET', path + queryText(query))).blob();
  }

  async #json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const answer = await this.#ask(method, path, body, signal);
    const text = await answer.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async #ask(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const token = this.#options.token();
    const headers: Record<string, string> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    let answer: Response;
    try {
      answer = await (this.#options.fetch ?? fetch)(`/api${path}`, {
        method,
        headers,
        signal: signal ?? null,
        body: body === undefined ? null : JSON.stringify(body),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiFailure(0, 'unreachable', 'The edge does not answer. Is it running, and are you online?');
    }
    if (answer.ok) return answer;
    const failure = await failureOf(answer);
    if (answer.status === 401) this.#options.onUnauthorized();
    throw failure;
  }
}

async function failureOf(answer: Response): Promise<ApiFailure> {
  try {
    const { error } = await answer.json() as ApiError;
    return new ApiFailure(answer.status, error.code, error.message, error.field);
  } catch {
    return new ApiFailure(answer.status, 'unknown', `The edge answered ${answer.status} without saying why.`);
  }
}

/** `?a=1&b=2`, or nothing. */
export function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
