/** No body is read that is longer than any route takes, whatever its Content-Length says or leaves out. */
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { Failure } from '../failure.ts';

const MOST_BYTES = 256 * 1024;
/** Recordings come up in parts, and a backup is one document. */
const LONGER: [prefix: string, bytes: number][] = [
  ['/origin/replay/', 8 * 1024 * 1024],
  ['/api/restore', 16 * 1024 * 1024],
];

const limits = new Map<number, ReturnType<typeof bodyLimit>>();

export const boundedBody = createMiddleware(async (c, next) => {
  const maxSize = LONGER.find(([prefix]) => c.req.path.startsWith(prefix))?.[1] ?? MOST_BYTES;
  let limit = limits.get(maxSize);
  if (!limit) {
    limit = bodyLimit({
      maxSize,
      onError: () => new Failure(413, 'too-large', `the body must be at most ${maxSize} bytes`).toResponse(),
    });
    limits.set(maxSize, limit);
  }
  return await limit(c, next);
});
