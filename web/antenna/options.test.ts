import assert from 'node:assert/strict';
import { DEFAULT_PORT, LENT_KBPS, OptionsError, readOptions, watchAddress } from './options.ts';

const URL_A = 'https://live.example.org/watch/news';

Deno.test('a watch address names the edge and the channel', () => {
  assert.deepEqual(watchAddress(URL_A), { edgeUrl: 'https://live.example.org', channel: 'news' });
  assert.deepEqual(watchAddress('http://localhost:8787/embed/a-1/#token=abc', 'other'), {
    edgeUrl: 'http://localhost:8787',
    channel: 'a-1',
    token: 'abc',
  });
});

Deno.test('an address that is no watch page is refused with the rule, and its token is not repeated', () => {
  for (
    const text of [
      'news',
      'ftp://a/watch/b',
      'https://a/',
      'https://a/watch/',
      'https://a/watch/B',
      'https://a/watch/b/c',
    ]
  ) {
    assert.throws(() => watchAddress(text), OptionsError, text);
  }
  assert.throws(
    () => watchAddress('https://a/nope/b#token=secret'),
    (error: Error) => !error.message.includes('secret'),
  );
});

Deno.test('without options HLS is served on this machine only and nothing is said about the upload', () => {
  const { listen, lend, uploadKbps, cors } = readOptions([URL_A]);
  assert.deepEqual({ listen, lend, uploadKbps, cors }, {
    listen: { host: '127.0.0.1', port: DEFAULT_PORT },
    lend: false,
    uploadKbps: undefined,
    cors: false,
  });
});

Deno.test('a lent antenna serves nothing unless a port is named, and gives what it is told', () => {
  assert.deepEqual([readOptions([URL_A, '--lend']).listen, readOptions([URL_A, '--lend']).uploadKbps], [
    undefined,
    LENT_KBPS,
  ]);
  const both = readOptions([URL_A, '--lend', '--port', '0', '--upload-kbps', '500']);
  assert.deepEqual([both.listen?.port, both.uploadKbps], [0, 500]);
});

Deno.test('bad options are named with their rule', () => {
  const cases: [string[], RegExp][] = [
    [[], /watch-url is needed/],
    [[URL_A, '--port', '70000'], /--port must be a whole number from 0 to 65535/],
    [[URL_A, '--upload-kbps', 'much'], /--upload-kbps must be/],
    [[URL_A, '--prot', '1'], /--prot/],
  ];
  for (const [args, rule] of cases) assert.throws(() => readOptions(args), rule);
});

Deno.test('one token serves all addresses that bring none', () => {
  const { watch } = readOptions([URL_A, `${URL_A}2#token=own`, '--token', 'shared'], 'environment');
  assert.deepEqual(watch.map(({ token }) => token), ['shared', 'own']);
  assert.equal(readOptions([URL_A], 'environment').watch[0]!.token, 'environment');
});
