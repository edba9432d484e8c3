import assert from 'node:assert/strict';
import { freeOrExplain, portsFrom } from './ports.ts';

Deno.test('ports have defaults and are settings', () => {
  assert.deepEqual(portsFrom({}), { edge: 8787, rtmp: 1935, origin: 8788 });
  assert.deepEqual(portsFrom({ port: '9000', 'rtmp-port': '1936' }), {
    edge: 9000,
    rtmp: 1936,
    origin: 8788,
  });
});

Deno.test('a port that is none is refused with its flag and the rule', () => {
  assert.throws(() => portsFrom({ port: 'x' }), /--port must be a port from 1 to 65535, got "x"/);
  assert.throws(() => portsFrom({ 'rtmp-port': '70000' }), /--rtmp-port must be/);
  assert.throws(() => portsFrom({ port: '5000', 'rtmp-port': '5000' }), /three different ports/);
});

Deno.test('a taken port is named with the flag that chooses another', () => {
  const taken = Deno.listen({ hostname: '127.0.0.1', port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  try {
    assert.throws(
      () => freeOrExplain({ edge: port, rtmp: 0, origin: 0 }, '127.0.0.1'),
      new RegExp(`port ${port} is taken; choose another with --port N`),
    );
  } finally {
    taken.close();
  }
  freeOrExplain({ edge: port, rtmp: 0, origin: 0 }, '127.0.0.1');
});
