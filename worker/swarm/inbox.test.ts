import { expect, test } from 'vitest';
import { MAX_SIGNAL_LENGTH } from '../../protocol/tracker.ts';
import { Inbox } from './inbox.ts';
import { FakePort, Fixture, started } from './testing/shard-fixture.ts';

test('a forged ticket takes no seat, and five refusals close the socket', async () => {
  const fixture = new Fixture();
  fixture.genuine = false;
  const port = new FakePort();
  for (let i = 0; i < 5; i++) await fixture.say(port, started(1));
  expect(fixture.swarm.viewers).toBe(0);
  expect(port.sent[0]!['failure reason']).toContain('signature');
  expect(port.closed?.code).toBe(1008);
});

test('messages of a socket whose ticket is being checked wait for it', async () => {
  const fixture = new Fixture();
  const port = new FakePort();
  const first = fixture.say(port, started(1));
  const second = fixture.say(port, { action: 'more', want: 2, known: [] });
  await Promise.all([first, second]);
  expect(port.sent.map(({ action }) => action)).toEqual(['welcome', 'neighbours']);
});

test('a socket that closes while its ticket is being checked takes no seat', async () => {
  const fixture = new Fixture();
  const port = new FakePort();
  const checking = fixture.say(port, started(1));
  fixture.swarm.gone(port);
  await checking;
  expect(fixture.swarm.viewers).toBe(0);
  expect(port.sent).toEqual([]);
});

test('what is said waits for the check of what was said before it, a bounded number of messages, in their order', async () => {
  const inbox = new Inbox(0);
  const done: number[] = [];
  let checked!: () => void;
  const waiting = [Promise.resolve(inbox.inTurn(() => new Promise<void>((resolve) => checked = resolve)))];
  for (let n = 0; !inbox.isFull; n++) {
    waiting.push(Promise.resolve(inbox.inTurn(() => void done.push(n))));
  }
  expect(waiting).toHaveLength(1 + 64);
  expect(done).toEqual([]);
  checked();
  await Promise.all(waiting);
  expect(done).toEqual(Array.from({ length: 64 }, (_, n) => n));
  expect(inbox.isFull).toBe(false);
});

test('a text that is too long, and one too many, are offences', () => {
  const inbox = new Inbox(0);
  expect(inbox.offenceOf(MAX_SIGNAL_LENGTH + 1, 0)).toMatchObject({ code: 1009 });
  for (let i = 0; i < 150; i++) expect(inbox.offenceOf(10, 0)).toBeUndefined();
  expect(inbox.offenceOf(10, 0)).toMatchObject({ code: 1008 });
  expect(inbox.offenceOf(10, 1000)).toBeUndefined();
});

test('what fails takes nothing with it of what waits behind it', async () => {
  const inbox = new Inbox(0);
  const done: number[] = [];
  for (let round = 0; round < 70; round++) {
    const failing = Promise.resolve(
      inbox.inTurn(() => Promise.reject(new Error('the viewer object is away'))),
    );
    const behind = Promise.resolve(inbox.inTurn(() => void done.push(round)));
    await expect(failing).rejects.toThrow('away');
    await behind;
  }
  expect(done).toHaveLength(70);
  for (let n = 0; n < 64; n++) {
    void inbox.inTurn(() => new Promise<void>(() => {}));
    expect(inbox.isFull).toBe(false);
  }
});
