/** Runs in each test file: what earlier files left in this workerd, in storage and in memory, is gone. */
import { reset } from 'cloudflare:test';
import { beforeAll, vi } from 'vitest';

vi.resetModules();
beforeAll(() => reset());
