import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';

test('a configured edge says that it is healthy', async () => {
  const response = await exports.default.fetch('https://edge.example/healthz');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: true, missing: [] });
});

test('an address that leads nowhere is a clear error', async () => {
  const response = await exports.default.fetch('https://edge.example/nothing/here');
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error: { code: 'not-found', message: 'there is nothing at this address' },
  });
});
