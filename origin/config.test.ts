import assert from 'node:assert/strict';
import { ConfigError, readConfig } from './config.ts';

const GOOD = { SHOAL_EDGE_URL: 'http://localhost:8787', SHOAL_ORIGIN_SECRET: 'sixteen letters!' };
const read = (changes: Record<string, string | undefined> = {}) => {
  const environment: Record<string, string | undefined> = { ...GOOD, ...changes };
  return readConfig((name) => environment[name]);
};

Deno.test('address and secret are enough, the rest has defaults', () => {
  const { originId, ...config } = read();
  assert.match(originId, /^origin-[0-9a-f]{8}$/);
  assert.deepEqual(config, {
    edgeUrl: 'http://localhost:8787/',
    secret: 'sixteen letters!',
    rtmpHost: '0.0.0.0',
    rtmpPort: 1935,
    httpPort: 1985,
    ffmpeg: 'ffmpeg',
    logLevel: 'info',
  });
});

Deno.test('RTMPS is served when certificate and key are both set', () => {
  const files = { SHOAL_RTMPS_CERT: 'cert.pem', SHOAL_RTMPS_KEY: 'key.pem' };
  assert.deepEqual(read(files).rtmps, { port: 1936, certFile: 'cert.pem', keyFile: 'key.pem' });
  assert.throws(() => read({ SHOAL_RTMPS_CERT: 'cert.pem' }), /set together/);
});

Deno.test('a bad value is named with its rule, and a secret is never repeated', () => {
  const refused = (changes: Record<string, string | undefined>, rule: RegExp) =>
    assert.throws(() => read(changes), (error) => error instanceof ConfigError && rule.test(error.message));
  refused({ SHOAL_EDGE_URL: undefined }, /^SHOAL_EDGE_URL must be set$/);
  refused({ SHOAL_EDGE_URL: 'localhost:8787' }, /^SHOAL_EDGE_URL must be an http: or https: address/);
  refused({ SHOAL_ORIGIN_SECRET: 'short' }, /^SHOAL_ORIGIN_SECRET must have at least 16 characters, got 5$/);
  refused({ SHOAL_RTMP_PORT: '70000' }, /^SHOAL_RTMP_PORT must be a port from 0 to 65535/);
  refused({ SHOAL_RTMP_PORT: '-1' }, /^SHOAL_RTMP_PORT must be a port/);
  refused({ SHOAL_LOG_LEVEL: 'loud' }, /^SHOAL_LOG_LEVEL must be one of debug, info, warn, error/);
});
