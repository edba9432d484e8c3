import assert from 'node:assert/strict';
import { isLauncher, whenGone } from './ancestors.ts';

Deno.test('npx, npm exec and deno are links of the chain, a login shell is not', () => {
  assert.ok(isLauncher(['npm exec deno@2.9.6 task start']));
  assert.ok(isLauncher(['node', '/usr/bin/npx', '--yes', 'deno@2.9.6', 'task', 'start']));
  assert.ok(isLauncher(['/somewhere/node_modules/deno/deno', 'task', 'start']));
  assert.ok(isLauncher(['sh', '-c', 'deno task start']));
  assert.ok(!isLauncher(['-bash']));
  assert.ok(!isLauncher(['bash']));
  assert.ok(!isLauncher(['/usr/sbin/sshd']));
});

Deno.test('the end of any watched process is noticed once', async () => {
  const child = new Deno.Command('sleep', { args: ['30'] }).spawn();
  let calls = 0;
  const noticed = new Promise<void>((resolve) => {
    whenGone([Deno.pid, child.pid], () => {
      calls++;
      resolve();
    }, 10);
  });
  child.kill();
  await child.status;
  await noticed;
  assert.equal(calls, 1);
});

Deno.test('watching can be given up', async () => {
  const child = new Deno.Command('sleep', { args: ['30'] }).spawn();
  const giveUp = whenGone([child.pid], () => assert.fail('must not be called'), 10);
  giveUp();
  child.kill();
  await child.status;
});
