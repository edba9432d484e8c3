/** Bans, with real viewers over real WebRTC: who is banned gets nothing, whether it goes or not. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { defiance } from './defiant.ts';
import { untilViewers } from '../until-viewers.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

Deno.test.afterAll(headlessQuiet);

async function tokenFor(stack: Stack, viewer: string, ttlS = 600): Promise<string> {
  return String((await stack.api('POST', '/channels/demo/tokens', { viewer, ttlS })).token);
}

Deno.test(
  'a banned viewer stops receiving, though it would not go; a token that ends is renewed or ends the visit',
  options,
  async () => {
    const stack = await startStack({ channels: [{ name: 'demo', settings: { access: 'token' } }] });
    const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
    const viewers: Viewer[] = [];
    const watching = async (viewer: string, environment = headlessEnvironment(), ttlS?: number) => {
      const token = await tokenFor(stack, viewer, ttlS);
      const one = new Viewer({ edgeUrl: stack.edge.url, channel: 'demo', token, environment });
      viewers.push(one);
      one.start();
      return one;
    };
    try {
      const { environment, wasKicked } = defiance();
      const good = [await watching('ann'), await watching('bob')];
      const bad = await watching('eve', environment);
      await untilViewers(
        'three linked viewers',
        () => viewers.every((one) => one.stats().peers === 2),
        viewers,
      );
      await untilViewers('pieces from peers', () => bad.stats().peerBytes > 50_000, viewers);
      await stack.api('POST', '/channels/demo/bans', { viewer: 'eve', reason: 'enough' });
      await untilViewers(
        'the neighbours let go of it',
        () => good.every((one) => one.stats().peers === 1),
        viewers,
      );
      await untilViewers('it has no link left', () => bad.stats().peers === 0, viewers);
      assert.ok(wasKicked(), 'it was told, and did not listen');
      const before = bad.stats();
      const newest = good.map((one) => one.newestUs);
      await untilViewers(
        'the others have four more seconds',
        () => good.every((one, at) => one.newestUs > newest[at]! + 4_000_000),
        viewers,
      );
      const after = bad.stats();
      assert.equal(after.peerBytes, before.peerBytes, 'nothing comes from peers any more');
      assert.equal(after.seedBytes, before.seedBytes, 'nothing comes as a seed any more');
      await assert.rejects(
        stack.api('POST', '/channels/demo/viewers/-SH0001-aaaaaaaaaaaa/ban'),
        /unknown-viewer/,
      );
      const again = await watching('eve');
      await untilViewers('eve is refused on another device', () => again.state === 'refused', viewers);
      assert.equal(again.reason?.code, 'banned');
      assert.ok(good.every((one) => one.state === 'live'));

      const renewing = await watching('zoe', headlessEnvironment(), 10);
      const ending = await watching('max', headlessEnvironment(), 10);
      await untilViewers('live', () => renewing.state === 'live', viewers);
      renewing.setToken(await tokenFor(stack, 'zoe'));
      await untilViewers(
        'the token that was not renewed ends the visit',
        () => ending.state === 'refused',
        viewers,
      );
      assert.equal(ending.reason?.code, 'token-expired');
      const at = renewing.newestUs;
      await untilViewers('the renewed one watches on', () => renewing.newestUs > at + 3_000_000, viewers);
      assert.equal(renewing.state, 'live');
    } finally {
      for (const viewer of viewers) viewer.stop();
      await feed.stop();
      await stack.stop();
    }
  },
);
