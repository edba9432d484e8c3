import assert from 'node:assert/strict';
import { until } from '../../until.ts';
import { CpuMeter, cpuSeconds } from './cpu.ts';

Deno.test('what a child used stays counted after it is gone', async () => {
  const child = new Deno.Command('sh', { args: ['-c', 'while :; do :; done'] }).spawn();
  const meter = new CpuMeter(Deno.pid);
  const used = () => Promise.resolve(cpuSeconds(child.pid));
  await until('the child has used some time', used, { withinMs: 30_000, holds: (seconds) => seconds > 0.2 });
  const during = meter.look();
  child.kill('SIGKILL');
  await child.status;
  const own = cpuSeconds(Deno.pid);
  assert.ok(during >= 0.2 && meter.look() >= during);
  assert.ok(meter.look() >= own + 0.2, `${meter.look()} with the child, ${own} without`);
});
