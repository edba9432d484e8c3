import assert from 'node:assert/strict';
import { startProxy } from './counting-proxy.ts';

/** Answers 1,000 bytes to everything, and every text with another one. */
function server() {
  const http = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, (request) => {
    if (request.headers.get('upgrade') !== 'websocket') return new Response(new Uint8Array(1000));
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(`${new URL(request.url).pathname} heard ${data}`);
    return response;
  });
  return { url: `127.0.0.1:${http.addr.port}`, stop: () => http.shutdown() };
}

Deno.test('media, the rest and signaling are counted apart, a tracker beside the servers included', async () => {
  const [servers, tracker] = [server(), server()];
  const proxy = startProxy({
    target: `http://${servers.url}`,
    tracker: { path: '/tracker', url: `ws://${tracker.url}/announce` },
    isMedia: (path) => path.endsWith('.m4s'),
  });
  try {
    for (const path of ['a.m4s', 'b.m4s', 'page.js']) {
      await (await fetch(`${proxy.url}/${path}`)).arrayBuffer();
    }
    const told = await Promise.all(['/swarm', '/tracker'].map((path) => say(`${proxy.url}${path}`, 'é')));
    assert.deepEqual(told, ['/swarm heard é', '/announce heard é']);
    const said = 2 * 2 + '/swarm heard é'.length + 1 + '/announce heard é'.length + 1;
    assert.deepEqual(proxy.counts(), {
      mediaBytes: 2000,
      otherBytes: 1000,
      signalBytes: said,
      requests: 5,
      messagesIn: 2,
    });
  } finally {
    await Promise.all([proxy.stop(), servers.stop(), tracker.stop()]);
  }
});

Deno.test('media of all responses together is held below a rate', async () => {
  const servers = server();
  const proxy = startProxy({ target: `http://${servers.url}`, isMedia: () => true, capKbps: 80 });
  try {
    const startedMs = performance.now();
    await Promise.all([1, 2, 3, 4].map(async () => await (await fetch(proxy.url)).arrayBuffer()));
    // 4,000 bytes at 80 kbps are 400 ms; what is due within 50 ms passes at once.
    assert.ok(performance.now() - startedMs >= 340);
    assert.equal(proxy.counts().mediaBytes, 4000);
  } finally {
    await Promise.all([proxy.stop(), servers.stop()]);
  }
});

function say(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'));
    socket.onopen = () => socket.send(text);
    socket.onerror = () => reject(new Error(`no socket at ${url}`));
    socket.onmessage = ({ data }) => {
      socket.onclose = () => resolve(data);
      socket.close();
    };
  });
}
