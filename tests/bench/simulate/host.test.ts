import assert from 'node:assert/strict';
import { edgeOwdMs, meetingProbability, owdMs } from './geography.ts';
import { drawHosts, type HostOptions, residualMs, sessionMs, supplyOf } from './host.ts';
import { Random } from './random.ts';

const OPTIONS: HostOptions = {
  profile: 'good',
  kbps: 512,
  uploadRatio: 4,
  freeRiders: 0,
  cheats: 0,
  lanShare: 0,
  lanSize: 20,
};

function draw(more: Partial<HostOptions> = {}, count = 4000) {
  return drawHosts(count, { ...OPTIONS, ...more }, new Random(1));
}

Deno.test('three in ten good viewers give nothing, and nobody grants more than the cap', () => {
  const hosts = draw();
  const idle = hosts.filter((host) => host.grantedKbps === 0).length / hosts.length;
  assert.ok(idle > 0.27 && idle < 0.33, `${idle}`);
  assert.ok(hosts.every((host) => host.grantedKbps <= 4 * 512));
  assert.ok(hosts.every((host) => host.uplinkKbps >= 500), 'control messages need an uplink');
});

Deno.test('a wanted supply ratio is met, above one and below', () => {
  for (const supply of [3, 1.3, 0.9]) {
    const hosts = draw({ supply, uploadRatio: 20 });
    assert.ok(Math.abs(supplyOf(hosts, 512) - supply) < 0.05, `${supplyOf(hosts, 512)}`);
  }
});

Deno.test('poor and mobile audiences have less to give than good ones', () => {
  const [good, poor, mobile] = (['good', 'poor', 'mobile'] as const).map((profile) =>
    supplyOf(draw({ profile }), 512)
  );
  assert.ok(good! > poor! && good! > mobile!);
});

Deno.test('free riders give nothing, and cheats are of two kinds', () => {
  const hosts = draw({ freeRiders: 0.5, cheats: 0.5 });
  assert.ok(hosts.every((host) => host.conduct !== 'rider' || host.grantedKbps === 0));
  for (const conduct of ['rider', 'silent', 'poison', 'honest']) {
    assert.ok(hosts.some((host) => host.conduct === conduct), conduct);
  }
});

Deno.test('those of one LAN are near each other and meet, and a blocked viewer elsewhere meets nobody', () => {
  const hosts = draw({ lanShare: 0.5 });
  const [a, b] = [hosts[0]!, hosts[1]!];
  assert.equal(owdMs(a, b), 2);
  assert.equal(meetingProbability(a, b), 0.9);
  const blocked = { ...hosts[3000]!, nat: 'blocked' as const };
  assert.equal(meetingProbability(blocked, hosts[3001]!), 0);
});

Deno.test('distance is the same both ways and each time, and the own region has the nearest edge', () => {
  const hosts = draw({}, 50);
  for (const a of hosts) {
    for (const b of hosts) assert.equal(owdMs(a, b), owdMs(b, a));
    assert.ok(edgeOwdMs(a, 'each') <= edgeOwdMs(a, 'one'));
  }
});

Deno.test('an open peer meets all but the blocked, two symmetric ones hardly ever', () => {
  const base = { slot: 1, region: 0, network: 0, accessMs: 5, lan: -1 };
  const open = { ...base, nat: 'open' as const };
  const symmetric = { ...base, slot: 2, nat: 'symmetric' as const };
  assert.ok(meetingProbability(open, symmetric) > 0.9);
  assert.ok(meetingProbability(symmetric, { ...symmetric, slot: 3 }) < 0.1);
});

Deno.test('what is left of a session under way is longer than a new one in the middle', () => {
  const random = new Random(2);
  const median = (next: () => number) => Array.from({ length: 999 }, next).sort((a, b) => a - b)[499]!;
  const fresh = median(() => sessionMs(random, 1));
  assert.ok(median(() => residualMs(random, 1)) > fresh);
  assert.ok(median(() => sessionMs(random, 16)) < fresh / 8);
});
