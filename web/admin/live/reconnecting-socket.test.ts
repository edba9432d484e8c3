import assert from 'node:assert/strict';
import { type LinkState, ReconnectingSocket, type SocketLike } from './reconnecting-socket.ts';

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: string[] = [];
  closed = false;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
}

function world(dialFails = () => false) {
  const sockets: FakeSocket[] = [];
  const states: LinkState[] = [];
  const heard: string[] = [];
  const waits: { ms: number; run: () => void; cancelled: boolean }[] = [];
  let opened = 0;
  const link = new ReconnectingSocket({
    dial: () => {
      if (dialFails()) return Promise.reject(new Error('no ticket'));
      const socket = new FakeSocket();
      sockets.push(socket);
      return Promise.resolve(socket);
    },
    onState: (state) => states.push(state),
    onOpen: () => opened++,
    onText: (text) => heard.push(text),
    random: () => 1,
    later: (run, ms) => {
      const wait = { ms, run, cancelled: false };
      waits.push(wait);
      return () => wait.cancelled = true;
    },
  });
  return { link, sockets, states, heard, waits, opened: () => opened };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test('a lost socket is dialled again, later each time, and says again what it watches', async () => {
  const { link, sockets, states, waits, opened } = world();
  link.open();
  await settled();
  sockets[0]!.onopen!();
  assert.deepEqual([states.at(-1), opened()], ['open', 1]);
  sockets[0]!.onclose!();
  assert.equal(states.at(-1), 'waiting');
  assert.equal(waits.at(-1)!.ms, 500);
  waits.at(-1)!.run();
  await settled();
  sockets[1]!.onclose!();
  assert.equal(waits.at(-1)!.ms, 1000);
  waits.at(-1)!.run();
  await settled();
  sockets[2]!.onopen!();
  assert.deepEqual([states.at(-1), opened()], ['open', 2]);
  sockets[2]!.onclose!();
  assert.equal(waits.at(-1)!.ms, 500, 'an opening starts the back-off anew');
});

Deno.test('a ticket that cannot be had is a wait like any other, never longer than 15 s', async () => {
  const { link, states, waits } = world(() => true);
  link.open();
  for (let i = 0; i < 9; i++) {
    await settled();
    waits.at(-1)!.run();
  }
  await settled();
  assert.equal(states.at(-1), 'waiting');
  assert.equal(waits.at(-1)!.ms, 15_000);
});

Deno.test('being online again cuts the wait short, and never opens two sockets', async () => {
  const { link, sockets, waits } = world();
  link.open();
  link.hurry();
  await settled();
  assert.equal(sockets.length, 1);
  sockets[0]!.onopen!();
  link.hurry();
  sockets[0]!.onclose!();
  link.hurry();
  await settled();
  assert.equal(sockets.length, 2);
  assert.ok(waits.at(-1)!.cancelled);
});

Deno.test('a socket that was closed on purpose stays closed', async () => {
  const { link, sockets, states, waits } = world();
  link.open();
  await settled();
  sockets[0]!.onopen!();
  link.close();
  sockets[0]!.onclose!();
  assert.ok(sockets[0]!.closed);
  assert.equal(states.at(-1), 'closed');
  assert.ok(waits.every(({ cancelled }) => cancelled));
});

Deno.test('answers to its pings are not passed on', async () => {
  const { link, sockets, heard, waits } = world();
  link.open();
  await settled();
  sockets[0]!.onopen!();
  waits.at(-1)!.run();
  assert.deepEqual(sockets[0]!.sent, ['ping']);
  sockets[0]!.onmessage!({ data: 'pong' });
  sockets[0]!.onmessage!({ data: '{}' });
  assert.deepEqual(heard, ['{}']);
});

Deno.test('a socket through which nothing comes any more, not even an answer to a ping, is given up', async () => {
  const { link, sockets, states, heard, waits } = world();
  link.open();
  await settled();
  sockets[0]!.onopen!();
  waits.at(-1)!.run();
  sockets[0]!.onmessage!({ data: 'pong' });
  waits.at(-1)!.run();
  assert.deepEqual([sockets[0]!.sent, states.at(-1)], [['ping', 'ping'], 'open']);
  waits.at(-1)!.run();
  assert.equal(states.at(-1), 'waiting');
  assert.ok(sockets[0]!.closed);
  waits.at(-1)!.run();
  await settled();
  sockets[1]!.onopen!();
  // The network lets go of the dead one at last.
  sockets[0]!.onclose?.();
  sockets[0]!.onmessage!({ data: '{}' });
  assert.deepEqual([states.at(-1), heard], ['open', []]);
});
