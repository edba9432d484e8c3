import assert from 'node:assert/strict';
import * as v from 'valibot';
import { ChannelName } from '../../protocol/channel.ts';
import { nameFrom } from './name-from.ts';

Deno.test('a title becomes a name that the API takes', () => {
  assert.equal(nameFrom('Evening show 2!'), 'evening-show-2');
  assert.equal(nameFrom('  Zürich – Café '), 'zurich-cafe');
  for (const title of ['a'.repeat(100), `${'a'.repeat(62)} b`, '9 to 5', '...x...']) {
    assert.ok(v.is(ChannelName, nameFrom(title)), title);
  }
});

Deno.test('a title without any Latin letter makes no name: its owner chooses one', () => {
  assert.equal(nameFrom('音楽'), '');
});
