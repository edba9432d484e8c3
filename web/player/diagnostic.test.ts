import assert from 'node:assert/strict';
import { diagnosticOf, withoutSecrets } from './diagnostic.ts';
import { initialState } from './player-state.ts';

Deno.test('a diagnostic tells state, reason and figures', () => {
  const reason = { code: 'kicked', message: 'the token abc is not welcome' };
  const text = diagnosticOf(
    { ...initialState(), phase: 'refused', reason },
    'demo',
    'TestBrowser/1',
    new Date(0),
  );
  assert.match(text, /channel: demo/);
  assert.match(text, /state: refused \(kicked\)/);
  assert.match(text, /TestBrowser\/1/);
  assert.doesNotMatch(text, /abc/);
});

Deno.test('addresses and tokens are taken out of what went wrong', () => {
  const said = 'GET https://edge.example/media?grant=x from 192.168.1.7:443 and fe80:0:0:1:: with ' +
    'eyJhbGciOiJFZERTQSJ9eyJhbGci.eyJzdWIiOiJ4In0.c2lnbmF0dXJl failed';
  const told = withoutSecrets(said);
  for (const secret of ['edge.example', '192.168', 'fe80', 'eyJ']) assert.ok(!told.includes(secret), told);
  assert.match(told, /failed$/);
});
