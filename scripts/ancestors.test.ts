import assert from 'node:assert/strict';
import { isLauncher, isWaitingShell, whenToldToStop } from './ancestors.ts';

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
    whenToldToStop([Deno.pid, child.pid], () => {
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
  const giveUp = whenToldToStop([child.pid], () => assert.fail('must not be called'), 10);
  giveUp();
  child.kill();
  await child.status;
});

Deno.test('a shell that waits for its command is told from one that a person sits at', () => {
  assert.ok(isWaitingShell(['sh', '-c', 'deno task start']));
  assert.ok(isWaitingShell(['/bin/dash', '-c', 'deno task start']));
  assert.ok(!isWaitingShell(['bash']));
  assert.ok(!isWaitingShell(['deno', '-c', 'x']));
});

Deno.test('a signal that a waiting shell keeps to itself is noticed', async () => {
  // `wait` in a compound command: the shell stays and waits, as the one between npm and deno does.
  const shell = new Deno.Command('sh', { args: ['-c', 'sleep 20; true'], stdin: 'null' }).spawn();
  try {
    // Asleep: the shell has started its command.
    while ((await new Deno.Command('pgrep', { args: ['-P', `${shell.pid}`] }).output()).code !== 0);
    const noticed = new Promise<void>((resolve) => whenToldToStop([shell.pid], resolve, 10));
    shell.kill('SIGINT');
    await noticed;
  } finally {
    await new Deno.Command('pkill', { args: ['-P', `${shell.pid}`] }).output();
    await shell.status;
  }
});
