import assert from 'node:assert/strict';
import { workerdConfig, type WorkerdConfigOptions } from './workerd-config.ts';

const OPTIONS: WorkerdConfigOptions = {
  address: '127.0.0.1:8787',
  objects: { DIRECTORY: 'Directory', LEASES: 'LeaseDesk' },
  variables: ['SHOAL_EDGE_SECRET'],
  folders: {
    objects: '/var/lib/shoal/objects',
    recordings: '/var/lib/shoal/recordings',
    pages: '/srv/pages',
  },
  compatibilityDate: '2026-10-01',
  compatibilityFlags: ['no_web_socket_compression'],
  allowPrivate: false,
};

Deno.test('every object has storage of its own under a key that is not its class name alone', () => {
  const config = workerdConfig(OPTIONS);
  assert.match(config, /\(name = "LEASES", durableObjectNamespace = "LeaseDesk"\)/);
  assert.match(config, /\(className = "LeaseDesk", uniqueKey = "shoal-LeaseDesk", enableSql = true\)/);
});

Deno.test('secrets come from the environment and stand nowhere in the configuration', () => {
  assert.match(
    workerdConfig(OPTIONS),
    /\(name = "SHOAL_EDGE_SECRET", fromEnvironment = "SHOAL_EDGE_SECRET"\)/,
  );
});

Deno.test('the edge runs with the flags that it is given', () => {
  assert.match(workerdConfig(OPTIONS), /compatibilityFlags = \["no_web_socket_compression"\]/);
});

Deno.test('private addresses are out of reach unless they are allowed', () => {
  assert.match(workerdConfig(OPTIONS), /allow = \["public"\]/);
  assert.match(workerdConfig({ ...OPTIONS, allowPrivate: true }), /allow = \["public", "private"\]/);
});

Deno.test('a path cannot break out of its quotes', () => {
  const folders = { ...OPTIONS.folders, pages: '/a"),(b\\' };
  assert.match(workerdConfig({ ...OPTIONS, folders }), /path = "\/a\\"\),\(b\\\\"/);
  assert.throws(() => workerdConfig({ ...OPTIONS, address: '1\n2' }), /printable/);
});
