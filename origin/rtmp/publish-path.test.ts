import assert from 'node:assert/strict';
import { ProtocolError } from './protocol-error.ts';
import { parsePublishPath } from './publish-path.ts';

const demo = { app: 'live', channel: 'demo', key: 'K-1' };

const same: [what: string, app: string, tcUrl: string, name: string][] = [
  ['the key in the query of the stream name', 'live', 'rtmp://h/live', 'demo?key=K-1'],
  ['the channel in the app, the key as stream name', 'live/demo', 'rtmp://h/live/demo', 'K-1'],
  ['a slash at the end of the server field', 'live/demo/', 'rtmp://h/live/demo/', 'K-1'],
  ['channel and key both in the stream name', 'live', 'rtmp://h/live', 'demo/K-1'],
  ['the query on the app', 'live?key=K-1', 'rtmp://h/live?key=K-1', 'demo'],
  ['the query on an app that names the channel', 'live/demo?key=K-1', 'rtmp://h/live/demo?key=K-1', ''],
  ['the query on tcUrl alone', 'live', 'rtmp://h/live?key=K-1', 'demo'],
  ['the channel said twice', 'live/demo', 'rtmp://h/live/demo', 'demo?key=K-1'],
  ['an empty stream name with a query', 'live/demo', 'rtmp://h/live/demo', '?key=K-1'],
  ['a percent-encoded key', 'live', 'rtmp://h/live', 'demo?key=K%2D1'],
  ['other fields in the query', 'live', 'rtmp://h/live', 'demo?a=b&key=K-1&c'],
  ['the prefix that Flash encoders put before names', 'live', 'rtmp://h/live', 'flv:demo?key=K-1'],
];
for (const [what, app, tcUrl, name] of same) {
  Deno.test(`an encoder may publish with ${what}`, () => {
    assert.deepEqual(parsePublishPath(app, tcUrl, name), demo);
  });
}

Deno.test('a plus in a key stays a plus, and bad percent-encoding stays as it is', () => {
  assert.equal(parsePublishPath('live', '', 'demo?key=a+b').key, 'a+b');
  assert.equal(parsePublishPath('live', '', 'demo?key=100%').key, '100%');
});

const refused: [what: string, app: string, name: string, rule: RegExp][] = [
  ['without a channel', 'live', '', /name a channel: publish to/],
  ['without an app', '', 'demo', /name a channel/],
  ['without a key', 'live', 'demo', /stream key is missing: publish to/],
  ['with an empty key', 'live', 'demo?key=', /stream key is missing/],
  ['with more parts than channel and key', 'live/demo', 'secret/more', /too many parts/],
  ['with a key in the query and another part', 'live/demo', 'other?key=secret', /too many parts/],
  [
    'with a channel name of 201 characters',
    'live',
    `${'x'.repeat(201)}?key=secret`,
    /channel must be at most 200/,
  ],
  [
    'with a key of 201 characters',
    'live',
    `demo?key=${'secret'.repeat(40)}`,
    /stream key must be at most 200/,
  ],
];
for (const [what, app, name, rule] of refused) {
  Deno.test(`a publish ${what} is refused by name, and the text does not hold the key`, () => {
    assert.throws(() => parsePublishPath(app, '', name), (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.match(error.message, rule);
      assert.ok(!error.message.includes('secret'));
      return true;
    });
  });
}
