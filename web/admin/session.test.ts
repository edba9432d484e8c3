import assert from 'node:assert/strict';
import { Session, tokenInFragment } from './session.ts';

function store() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

Deno.test('a session outlives a reload of its tab', () => {
  const tab = store();
  new Session(tab).signIn('secret');
  const again = new Session(tab);
  assert.equal(again.signedIn.value, true);
  assert.equal(again.token, 'secret');
});

Deno.test('signing out leaves no token behind, and the next page says why', () => {
  const tab = store();
  const session = new Session(tab);
  session.signIn('secret');
  session.signOut('the token is over');
  assert.equal(session.signedIn.value, false);
  assert.equal(tab.kept.size, 0);
  assert.equal(session.ended.value, 'the token is over');
  session.signIn('other');
  assert.equal(session.ended.value, '');
});

Deno.test('a sign-in link carries its token behind the #', () => {
  assert.equal(tokenInFragment('#token=a.b-c'), 'a.b-c');
  for (const hash of ['', '#', '#token=', '#other=1']) assert.equal(tokenInFragment(hash), undefined);
});
