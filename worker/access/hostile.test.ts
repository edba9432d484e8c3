/** Hostile input for what the edge signs and for address headers: 200 each, `--long` by SHOAL_FUZZ_RUNS. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutatedBytes, nearText } from '../../tests/fuzz/mutated.ts';
import { fromBase64Url, toBase64Url } from '../../protocol/bytes.ts';
import { bindings } from '../testing/edge.ts';
import { GrantDesk } from './grant.ts';
import { PassDesk } from './pass.ts';
import { TicketDesk } from './ticket.ts';
import { whereabouts } from './whereabouts.ts';

const numRuns = Number((bindings as { SHOAL_FUZZ_RUNS?: string }).SHOAL_FUZZ_RUNS || 200);
const PEER = '-SH0001-abcdefghijkl';
const LONG_MS = 900_000;

test('hostile input, tickets: none that was changed is genuine', async () => {
  const desk = new TicketDesk('secret');
  const infoHash = 'cd'.repeat(20);
  const genuine = fromBase64Url(await desk.issue(infoHash, new Uint8Array(32), 1000))!;
  // A signature is checked for each: a tenth of the inputs.
  await fc.assert(
    fc.asyncProperty(mutatedBytes([genuine]), async (bytes) => {
      const isSame = bytes.length === genuine.length && bytes.every((byte, i) => byte === genuine[i]);
      expect(await desk.check(toBase64Url(bytes), infoHash, 1000) !== undefined).toBe(isSame);
    }),
    { numRuns: Math.ceil(numRuns / 10) },
  );
}, LONG_MS);

test('hostile input, grants: none that was changed opens anything', async () => {
  const desk = new GrantDesk('secret');
  const { value } = await desk.issue('demo', 'b1', PEER, 1000);
  await fc.assert(
    fc.asyncProperty(nearText(value), async (text) => {
      expect(await desk.check(text, 'demo', 'b1', 1000) !== undefined).toBe(sameMac(text, value));
    }),
    { numRuns },
  );
}, LONG_MS);

test('hostile input, passes: none that was changed says anything', async () => {
  const desk = new PassDesk('secret');
  const pass = await desk.issue('demo', PEER, { subject: 'bob', untilS: 5 });
  await fc.assert(
    fc.asyncProperty(nearText(pass), async (text) => {
      expect(await desk.check(text, 'demo', PEER) !== undefined).toBe(sameMac(text, pass));
    }),
    { numRuns },
  );
}, LONG_MS);

test('hostile input, address headers: without a proxy of ours they change nothing', async () => {
  const header = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:[],') }),
  );
  await fc.assert(
    fc.asyncProperty(header, header, async (address, proxy) => {
      const headers = new Headers({
        'cf-connecting-ip': address,
        'x-forwarded-for': address,
        'x-real-ip': address,
        forwarded: `for=${address}`,
        'shoal-client-address': address,
        'shoal-proxy': proxy,
      });
      const request = new Request('https://edge.example/', { headers });
      const nowhere = { address: '', network: '', country: '', region: '' };
      expect(await whereabouts(request, {})).toEqual(nowhere);
      expect(await whereabouts(request, { SHOAL_TRUSTED_PROXY: 'the secret of the proxy' })).toEqual(nowhere);
    }),
    { numRuns },
  );
}, LONG_MS);

/** Whether a text says the same: the last character of base64url may differ in bits that are not read. */
function sameMac(text: string, genuine: string): boolean {
  if (text.slice(0, -1) !== genuine.slice(0, -1) || text.length !== genuine.length) return false;
  const last = (one: string) => fromBase64Url(one.slice(-43))?.join();
  return last(text) === last(genuine);
}
