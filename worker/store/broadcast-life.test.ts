import { expect, test } from 'vitest';
import { LONGEST_BROADCAST_MS } from '../../protocol/broadcast.ts';
import { broadcastOf } from '../testing/frames.ts';
import { BroadcastLife, GRANT_HOLD_MS } from './broadcast-life.ts';

let ids = 0;
const newId = () => (++ids).toString(16).padStart(32, '0');
const request = (keyId = 'key', origin = 'origin') => ({ keyId, origin, originNowMs: 5000 });

/** A channel that went live at 1000. */
function liveLife(keyId = 'key'): { life: BroadcastLife; id: string } {
  const life = new BroadcastLife();
  const verdict = life.publish(request(keyId), 0, newId);
  if (!verdict.granted) throw new Error(verdict.reason);
  life.live(broadcastOf(verdict.broadcastId), 1000);
  return { life, id: verdict.broadcastId };
}

test('a publish begins a broadcast at the time of the origin, live from its first media on', () => {
  const life = new BroadcastLife();
  const verdict = life.publish(request(), 0, newId);
  expect(verdict).toMatchObject({ granted: true, epochMs: 5000 });
  expect(life.state).toBe('idle');
  if (!verdict.granted) return;
  expect(life.live(broadcastOf(verdict.broadcastId), 1000)).toEqual({ changed: true });
  expect(life.state).toBe('live');
});

test('a broadcast that was never granted does not go live', () => {
  const { life } = liveLife();
  expect(life.live(broadcastOf(newId()), 2000).changed).toBe(false);
  expect(new BroadcastLife().live(broadcastOf(newId()), 0).changed).toBe(false);
});

test('the same key takes a live broadcast over, another key is refused as a duplicate', () => {
  const { life, id } = liveLife();
  expect(life.publish(request('key', 'other-origin'), 2000, newId)).toMatchObject({
    granted: true,
    broadcastId: id,
  });
  expect(life.run?.origin).toBe('other-origin');
  expect(life.publish(request('second'), 2000, newId)).toMatchObject({ granted: false, code: 'duplicate' });
});

test('a granted publish holds the channel against other keys only for a while', () => {
  const life = new BroadcastLife();
  life.publish(request('first'), 0, newId);
  expect(life.publish(request('second'), 1000, newId)).toMatchObject({ granted: false, code: 'duplicate' });
  expect(life.publish(request('second'), GRANT_HOLD_MS, newId)).toMatchObject({ granted: true });
});

test('an encoder that comes back in time finds the same broadcast', () => {
  const { life, id } = liveLife();
  expect(life.lost(id, 'gone', 2000, 30).changed).toBe(true);
  expect([life.state, life.endsAtMs]).toEqual(['lost', 32_000]);
  expect(life.publish(request(), 10_000, newId)).toMatchObject({
    granted: true,
    broadcastId: id,
    epochMs: 5000,
  });
  expect(life.live(broadcastOf(id), 11_000).changed).toBe(true);
  expect([life.state, life.endsAtMs]).toEqual(['live', undefined]);
});

test('another key ends a lost broadcast and begins one of its own', () => {
  const { life, id } = liveLife();
  life.lost(id, 'gone', 2000, 30);
  const verdict = life.publish(request('second'), 3000, newId);
  expect(verdict).toMatchObject({ granted: true, ended: { broadcastId: id } });
  expect(verdict.granted && verdict.broadcastId).not.toBe(id);
});

test('when the reconnect window is over the broadcast is', () => {
  const { life, id } = liveLife();
  life.lost(id, 'gone', 2000, 30);
  expect(life.expire(31_999).changed).toBe(false);
  expect(life.expire(32_000)).toMatchObject({ changed: true, ended: { broadcastId: id } });
  expect([life.state, life.run]).toEqual(['idle', undefined]);
});

test('an encoder that is back in time may take a moment to show media', () => {
  const { life, id } = liveLife();
  life.lost(id, 'gone', 2000, 5);
  const { tracks } = broadcastOf(id);
  expect(life.publish(request(), 6900, newId)).toMatchObject({ granted: true, broadcastId: id, tracks });
  expect(life.expire(7000).changed).toBe(false);
  expect(life.endsAtMs).toBe(6900 + GRANT_HOLD_MS);
  expect(life.live(broadcastOf(id), 8000).changed).toBe(true);
  expect([life.state, life.endsAtMs]).toEqual(['live', undefined]);
});

test('a broadcast that is lost twice keeps its first deadline', () => {
  const { life, id } = liveLife();
  life.lost(id, 'gone', 2000, 30);
  expect(life.lost(id, 'gone again', 20_000, 30).changed).toBe(false);
  expect(life.endsAtMs).toBe(32_000);
});

test('an encoder that leaves before its first media leaves nothing to wait for', () => {
  const life = new BroadcastLife();
  const verdict = life.publish(request(), 0, newId);
  if (!verdict.granted) throw new Error(verdict.reason);
  expect(life.lost(verdict.broadcastId, 'refused its codec', 100, 30).changed).toBe(true);
  expect([life.state, life.reason, life.run]).toEqual(['idle', 'refused its codec', undefined]);
});

test('a word about another broadcast changes nothing', () => {
  const { life } = liveLife();
  expect(life.lost(newId(), 'gone', 2000, 30).changed).toBe(false);
  expect(life.resume(newId(), 'origin').changed).toBe(false);
  expect(life.state).toBe('live');
});

test('a stopped channel ends what runs and refuses everybody until it is started', () => {
  const { life, id } = liveLife();
  expect(life.stop('by an admin')).toMatchObject({ changed: true, ended: { broadcastId: id } });
  expect(life.publish(request(), 3000, newId)).toMatchObject({ granted: false, code: 'stopped' });
  expect(life.live(broadcastOf(id), 3000).changed).toBe(false);
  expect(life.stop('again').changed).toBe(false);
  expect(life.start().changed).toBe(true);
  expect(life.start().changed).toBe(false);
  expect(life.publish(request(), 4000, newId).granted).toBe(true);
});

test('a dropped encoder may publish again, into a new broadcast', () => {
  const { life, id } = liveLife();
  expect(life.drop('the key was reset')).toMatchObject({ changed: true, ended: { broadcastId: id } });
  expect(life.drop('again').changed).toBe(false);
  const verdict = life.publish(request(), 4000, newId);
  expect(verdict.granted && verdict.broadcastId).not.toBe(id);
});

test('an origin that comes back with its broadcast makes a lost channel live again', () => {
  const { life, id } = liveLife();
  life.lost(id, 'the connection broke', 2000, 30);
  expect(life.resume(id, 'origin-2').changed).toBe(true);
  expect([life.state, life.endsAtMs, life.run?.origin]).toEqual(['live', undefined, 'origin-2']);
  expect(life.resume(id, 'origin-2').changed).toBe(false);
});

test('a broadcast rolls over to a new id before segment numbers wrap', () => {
  const { life, id } = liveLife();
  const verdict = life.publish(request(), 1000 + LONGEST_BROADCAST_MS, newId);
  expect(verdict).toMatchObject({ granted: true, ended: { broadcastId: id } });
  expect(verdict.granted && verdict.broadcastId).not.toBe(id);
});

test('a life goes on from its snapshot', () => {
  const { life, id } = liveLife();
  life.lost(id, 'gone', 2000, 30);
  const again = new BroadcastLife(JSON.parse(JSON.stringify(life.snapshot())));
  expect([again.state, again.reason, again.endsAtMs]).toEqual(['lost', 'gone', 32_000]);
  expect(again.publish(request(), 3000, newId)).toMatchObject({ granted: true, broadcastId: id });
});
