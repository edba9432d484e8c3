/** Errors of the public routes: thrown where seen, translated into ApiError once, in app.ts. */
import type { ApiError } from '../protocol/channel.ts';

/** Statuses a route may refuse with. */
export type FailureStatus = 400 | 401 | 403 | 404 | 409 | 413 | 426 | 429 | 500 | 503;

export class Failure extends Error {
  constructor(
    readonly status: FailureStatus,
    /** Lower-case with hyphens. */
    readonly code: string,
    message: string,
    readonly details: { field?: string; retryAfterS?: number } = {},
  ) {
    super(message);
  }

  get body(): ApiError {
    const { field } = this.details;
    return { error: { code: this.code, ...(field === undefined ? {} : { field }), message: this.message } };
  }

  /** The whole answer, CORS included: a player on another site must be able to read why. */
  toResponse(): Response {
    const headers: Record<string, string> = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after',
      'cache-control': 'no-store',
    };
    if (this.details.retryAfterS !== undefined) headers['retry-after'] = String(this.details.retryAfterS);
    return Response.json(this.body, { status: this.status, headers });
  }
}
