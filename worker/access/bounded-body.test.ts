import { expect, test } from 'vitest';
import { ask, bindings } from '../testing/edge.ts';

const authorization = `Bearer ${bindings.SHOAL_ADMIN_TOKEN}`;

/** A body that does not say how long it is. */
function endless(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(left, 64 * 1024);
      if (size === 0) return controller.close();
      left -= size;
      controller.enqueue(new Uint8Array(size).fill(32));
    },
  });
}

test('a body longer than any route takes is refused, with or without a length', async () => {
  for (const path of ['/join/any', '/license/any', '/api/channels', '/api/tokens']) {
    const long = await ask(path, { method: 'POST', headers: { authorization }, body: ' '.repeat(300_000) });
    expect(long.status, path).toBe(413);
    expect(await long.json()).toMatchObject({ error: { code: 'too-large' } });
  }
  const stream = await ask('/join/any', { method: 'POST', body: endless(2_000_000) });
  expect(stream.status).toBe(413);
});

test('a body that a route takes is let through', async () => {
  const body = JSON.stringify({ name: `b-${crypto.randomUUID()}` }) + ' '.repeat(1000);
  const made = await ask('/api/channels', { method: 'POST', headers: { authorization }, body });
  expect(made.status).toBe(201);
});
