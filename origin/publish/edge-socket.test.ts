import assert from 'node:assert/strict';
import { EdgeSocket } from './edge-socket.ts';

Deno.test('an edge that refuses the token is named in the log with its answer, now and then and not each time', async () => {
  const refusing = Deno.serve(
    { hostname: '127.0.0.1', port: 0, onListen: () => {} },
    () => new Response('who are you?', { status: 401 }),
  );
  const warned = Promise.withResolvers<string>();
  const tried: string[] = [];
  const socket = new EdgeSocket({
    url: `ws://127.0.0.1:${refusing.addr.port}/origin/control`,
    token: () => Promise.resolve('a secret token'),
    onOpen: () => {},
    onText: () => {},
    onDown: () => {},
    log: (level, _, fields) => {
      tried.push(level);
      if (level === 'warn') warned.resolve(JSON.stringify(fields));
    },
    timing: { firstPauseMs: 1, longestPauseMs: 2 },
  });
  const line = await warned.promise;
  socket.close();
  await refusing.shutdown();
  assert.match(line, /401/);
  assert.doesNotMatch(line, /a secret token/);
  assert.ok(tried.filter((level) => level === 'debug').length > 3);
});
