import assert from 'node:assert/strict';
import { readEvent, readRequest, wrap } from './embed-message.ts';

Deno.test('what is wrapped on one side is read on the other', () => {
  assert.deepEqual(readRequest(wrap({ type: 'hello' })), { type: 'hello' });
  const call = { type: 'call', method: 'setVolume', value: 0.5 } as const;
  assert.deepEqual(readRequest(wrap(call)), call);
  assert.deepEqual(readEvent(wrap({ type: 'ready' })), { type: 'ready' });
  const event = { type: 'event', name: 'state', detail: { state: 'live' } } as const;
  assert.deepEqual(readEvent(wrap(event)), event);
});

Deno.test('messages of others are none of ours', () => {
  const call = wrap({ type: 'call', method: 'play' }) as Record<string, unknown>;
  for (
    const data of [
      undefined,
      null,
      'play',
      42,
      [],
      { type: 'hello' },
      { ...call, protocol: 'other/1' },
      { ...call, method: 'constructor' },
      { ...call, value: {} },
      { ...call, value: NaN },
      { ...call, value: 'x'.repeat(5000) },
    ]
  ) {
    assert.equal(readRequest(data), undefined, JSON.stringify(data));
  }
  assert.equal(readEvent(wrap({ type: 'event', name: 'toString' as never, detail: 1 })), undefined);
  assert.equal(readEvent(wrap({ type: 'hello' })), undefined);
});
