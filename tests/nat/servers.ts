/**
 * The process in the public namespace: edge, origin and encoder, with a proxy in front that tells addresses. Prints
 * one line of JSON when viewers may come, and ends when its input does.
 */
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { startAddressProxy } from './address-proxy.ts';

const { address, iceServers, turnUrls, turnSecret, pages, settings, videoKbps } = JSON.parse(Deno.args[0]!);
const secret = crypto.randomUUID();
const stack = await startStack({
  ...(pages ? { assets: await buildPlayer() } : {}),
  ...(settings ? { channels: [{ name: 'demo', settings }] } : {}),
  bindings: {
    SHOAL_TRUSTED_PROXY: secret,
    SHOAL_ICE_SERVERS: JSON.stringify(iceServers ?? []),
    ...(turnUrls && { SHOAL_TURN_URLS: turnUrls, SHOAL_TURN_SECRET: turnSecret }),
  },
});
const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps });
try {
  const { hostname, port } = new URL(stack.edge.url);
  const proxyPort = startAddressProxy({
    hostname: address,
    target: { hostname, port: Number(port) },
    secret,
  });
  console.log(JSON.stringify({ url: `http://${address}:${proxyPort}` }));
  for await (const _ of Deno.stdin.readable) { /* until it ends */ }
} finally {
  await feed.stop();
  await stack.stop();
  Deno.exit(0);
}
