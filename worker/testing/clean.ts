/** Runs in each test file: what earlier files left in the objects of this workerd, and of their keys, is gone. */
import { reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll } from 'vitest';
import { keyMemory } from '../access/key-set.ts';

beforeAll(async () => {
  await reset();
  keyMemory(env).forget();
});
