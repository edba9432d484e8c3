import assert from 'node:assert/strict';
import { bindingOf, isPrivateAddress, routeOf } from './connection-facts.ts';

const sdp = (...prints: string[]) =>
  ['v=0', ...prints.map((print) => `a=fingerprint:${print}`), 'a=mid:0'].join('\r\n');

Deno.test('both ends find the same binding, however the hash and its digits are written', () => {
  const a = sdp('sha-256 AB:CD');
  const b = sdp('SHA-256 ef:01');
  assert.equal(bindingOf(a, b), bindingOf(b, a));
  assert.equal(bindingOf(a, b), 'sha-256 AB:CD|sha-256 EF:01');
  assert.equal(
    bindingOf(sdp('sha-256 AB:CD', 'sha-256 ab:cd'), b),
    bindingOf(a, b),
    'named twice, once a section',
  );
});

Deno.test('a side that names no fingerprint, or two, gives no binding: a third party could hide in it', () => {
  assert.equal(bindingOf(sdp(), sdp('sha-256 AB')), undefined);
  assert.equal(bindingOf(sdp('sha-256 AB'), sdp('sha-256 AB', 'sha-256 CD')), undefined);
});

function statistics(local: object, remote: object) {
  return new Map<string, unknown>([
    ['t', { type: 'transport', selectedCandidatePairId: 'p' }],
    ['q', {
      type: 'candidate-pair',
      nominated: true,
      state: 'succeeded',
      localCandidateId: 'x',
      remoteCandidateId: 'x',
    }],
    ['p', { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r' }],
    ['l', local],
    ['r', remote],
  ]);
}

Deno.test('a route is lan between private addresses, turn where either end is relayed, else peer', () => {
  const host = (address?: string) => ({ candidateType: 'host', address });
  assert.equal(routeOf(statistics(host('192.168.1.2'), host('192.168.1.3'))), 'lan');
  assert.equal(
    routeOf(statistics(host('10.0.0.1'), { candidateType: 'prflx' })),
    'lan',
    'hidden, so private',
  );
  assert.equal(routeOf(statistics(host(), host('x.local'))), 'lan');
  assert.equal(routeOf(statistics(host('203.0.113.1'), host('198.51.100.1'))), 'peer');
  assert.equal(routeOf(statistics({ candidateType: 'srflx' }, host('10.0.0.1'))), 'peer');
  assert.equal(routeOf(statistics({ candidateType: 'relay' }, host('10.0.0.1'))), 'turn');
  assert.equal(routeOf(statistics(host('10.0.0.1'), { candidateType: 'relay' })), 'turn');
});

Deno.test('without a transport entry the nominated pair counts; without any pair the route is peer', () => {
  const entries = statistics({}, {});
  entries.delete('t');
  entries.set('x', { candidateType: 'relay' });
  assert.equal(routeOf(entries), 'turn');
  assert.equal(routeOf(new Map()), 'peer');
});

Deno.test('private addresses are told from public ones', () => {
  const yes = [
    '10.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '100.64.0.1',
  ];
  const alsoYes = ['::1', 'fd00::1', 'fe80::1', 'abc.local', '::ffff:10.0.0.1'];
  const no = ['8.8.8.8', '172.32.0.1', '172.15.0.1', '100.128.0.1', '192.169.0.1', '2001:db8::1', '11.0.0.1'];
  for (const address of [...yes, ...alsoYes]) assert.equal(isPrivateAddress(address), true, address);
  for (const address of no) assert.equal(isPrivateAddress(address), false, address);
});
