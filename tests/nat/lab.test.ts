import assert from 'node:assert/strict';
import { run } from '../../scripts/process.ts';
import { inside, Lab } from './lab.ts';

Deno.test('a laboratory has LANs that reach the servers and not each other, and leaves nothing behind', async () => {
  const lab = new Lab();
  const { namespace } = lab.servers;
  try {
    await lab.begin();
    const lan = await lab.lan('cone', 1);
    const open = await lab.open();
    const pings = async (from: string, to: string) => {
      const { program, args } = inside(from, 'bash', '-c', `exec 3<>/dev/tcp/${to}/9`);
      // Nobody listens: a refusal shows that the way is there, a router that drops shows nothing.
      const { output } = await run(['timeout', '0.5', program, ...args]);
      return /refused/i.test(output);
    };
    assert.equal(await pings(lan.hosts[0]!.namespace, lab.servers.address), true);
    assert.equal(await pings(lan.hosts[0]!.namespace, open.address), true);
    assert.equal(await pings(open.namespace, lan.address), false, 'the router drops what comes unasked');
    const { inBytes, outBytes } = await lan.traffic();
    assert.ok(inBytes > 0 && outBytes > 0, 'the uplink is counted');
  } finally {
    await lab.remove();
  }
  const { output } = await run(['ip', 'netns', 'list']);
  assert.ok(!output.includes(namespace));
});

Deno.test('what a laboratory whose process was killed left behind goes when the next one begins', async () => {
  const lab = new URL('lab.ts', import.meta.url).href;
  const { output: left } = await run([
    ...[Deno.execPath(), 'eval'],
    `const { Lab } = await import('${lab}'); const lab = new Lab(); await lab.begin();
     console.log(lab.servers.namespace); Deno.kill(Deno.pid, 'SIGKILL');`,
  ]);
  const list = async () => (await run(['ip', 'netns', 'list'])).output;
  assert.ok(left.includes('shoal-') && (await list()).includes(left.trim()), left);
  const next = new Lab();
  try {
    await next.begin();
    assert.ok(!(await list()).includes(left.trim()));
  } finally {
    await next.remove();
  }
});
