import assert from 'node:assert/strict';
import { parseAttributes } from './attributes.ts';

const PAGE = 'https://page.example';

function parse(attributes: Record<string, string>) {
  const warnings: string[] = [];
  const parsed = parseAttributes(
    (name) => attributes[name] ?? null,
    PAGE,
    (message) => warnings.push(message),
  );
  return { parsed, warnings };
}

Deno.test('without attributes everything has its default and nobody is warned', () => {
  const { parsed, warnings } = parse({});
  assert.deepEqual(parsed, {
    channel: undefined,
    edgeUrl: PAGE,
    token: undefined,
    p2p: 'on',
    autoplay: false,
    muted: false,
    controls: true,
    latencyMs: undefined,
    uploadKbps: undefined,
    consent: 'given',
    quality: 'auto',
    mesh: 'worker',
    decryption: 'auto',
    deviceId: undefined,
    lang: undefined,
  });
  assert.deepEqual(warnings, []);
});

Deno.test('good values are taken', () => {
  const { parsed, warnings } = parse({
    channel: 'demo',
    'edge-url': 'https://live.example/some/path',
    token: 'abc',
    p2p: 'relay',
    autoplay: '',
    muted: 'true',
    controls: 'false',
    'latency-ms': '2500',
    'upload-kbps': '0',
    consent: 'ask',
    quality: '720p',
    mesh: 'page',
    decryption: 'page',
    lang: 'de-CH',
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(parsed, {
    channel: 'demo',
    edgeUrl: 'https://live.example',
    token: 'abc',
    p2p: 'relay',
    autoplay: true,
    muted: true,
    controls: false,
    latencyMs: 2500,
    uploadKbps: 0,
    consent: 'ask',
    quality: '720p',
    mesh: 'page',
    decryption: 'page',
    deviceId: undefined,
    lang: 'de-CH',
  });
});

for (
  const [name, value] of [
    ['channel', 'No Such Name'],
    ['edge-url', 'javascript:alert(1)'],
    ['p2p', 'sometimes'],
    ['latency-ms', '10'],
    ['latency-ms', 'soon'],
    ['upload-kbps', '-1'],
    ['upload-kbps', ''],
    ['consent', 'maybe'],
    ['quality', 'high'],
    ['mesh', 'elsewhere'],
  ] as const
) {
  Deno.test(`${name}="${value}" warns by name and falls back`, () => {
    const { parsed, warnings } = parse({ [name]: value });
    assert.equal(warnings.length, 1);
    assert.ok(warnings[0]!.startsWith(`${name}="${value}"`), warnings[0]);
    assert.deepEqual(parsed, parse({}).parsed);
  });
}

Deno.test('an edge address without a host of its own is one of the page', () => {
  assert.equal(parse({ 'edge-url': '/' }).parsed.edgeUrl, PAGE);
});

Deno.test('a device id is taken when it is one', () => {
  assert.equal(parse({ 'device-id': 'AbC_-123' }).parsed.deviceId, 'AbC_-123');
  const { parsed, warnings } = parse({ 'device-id': '00:1b:44' });
  assert.equal(parsed.deviceId, undefined);
  assert.match(warnings[0]!, /device-id="00:1b:44" must be 8 to 64/);
});
