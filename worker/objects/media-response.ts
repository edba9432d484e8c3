/** How answers of a Media object look: their headers, and what is said where there is nothing to give. */
import { Failure } from '../failure.ts';

/** Cached responses live this long; pieces and closed runs never change. */
export const IMMUTABLE = 'public, max-age=60, immutable';
export const BRIEF = 'public, max-age=1';

export function headersFor(cacheControl: string): Headers {
  return new Headers({ 'cache-control': cacheControl });
}

/** It is not here and will not come. */
export function gone(message: string): Failure {
  return new Failure(404, 'gone', message);
}

/** It is worth asking again. */
export function later(message: string, retryAfterMs = 1000, code = 'later'): Failure {
  return new Failure(503, code, message, { retryAfterS: Math.max(1, Math.ceil(retryAfterMs / 1000)) });
}
