import assert from 'node:assert/strict';
import { channelOf } from './channel-of.ts';

Deno.test('the channel stands in the path of the watch page and of the embed', () => {
  assert.equal(channelOf('/watch/demo'), 'demo');
  assert.equal(channelOf('/embed/demo/'), 'demo');
  assert.equal(channelOf('/watch/a%20b'), 'a b');
});

Deno.test('other paths name no channel', () => {
  for (const path of ['/', '/watch/', '/watch/a/b', '/other/demo', '/watch/%']) {
    assert.equal(channelOf(path), undefined);
  }
});
