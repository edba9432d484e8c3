import assert from 'node:assert/strict';
import { parseCommand, USAGE } from './options.ts';

Deno.test('without options a thousand viewers watch 512 kbps on five megabits, and nothing is written', () => {
  const { options, profile, json } = parseCommand([]);
  assert.equal(options.peers, 1000);
  assert.equal(options.kbps, 512);
  assert.equal(options.capKbps, 5000);
  assert.equal(options.mode, 'backbone');
  assert.equal(options.sample, 0);
  assert.equal(profile, 'good');
  assert.equal(json, undefined);
});

Deno.test('options set what they say, joined by a blank or by an equals sign', () => {
  const { options, json } = parseCommand([
    ...['--peers', '50', '--mode=edge-seeded', '--cap', '0', '--json', 'rows.json', '--no-edge-repair'],
    ...['--tune', 'stateMs=900', '--tune', 'tickMs=50'],
  ]);
  assert.equal(options.peers, 50);
  assert.equal(options.mode, 'edge-seeded');
  assert.equal(options.capKbps, null);
  assert.equal(options.edgeFallback, false);
  assert.deepEqual(options.tuning, { stateMs: 900, tickMs: 50 });
  assert.equal(json, 'rows.json');
});

Deno.test('sound is cut as the origin cuts it beside the video, unless told otherwise', () => {
  assert.equal(parseCommand(['--piece-ms', '100']).options.audioMs, 200);
  const { options } = parseCommand(['--piece-ms', '125', '--audio-ms', '400']);
  assert.deepEqual([options.pieceMs, options.audioMs], [125, 400]);
});

Deno.test('copies are a cap that has room for them and for their records', () => {
  assert.equal(parseCommand(['--copies', '1']).options.capKbps, 564);
});

Deno.test('audiences above twenty thousand are reduced unless told otherwise', () => {
  assert.equal(parseCommand(['--peers', '500000']).options.sample, 4);
  assert.equal(parseCommand(['--peers', '500000', '--sample', '9']).options.sample, 9);
  assert.equal(parseCommand(['--peers', '20000']).options.sample, 0);
});

Deno.test('a wrong option is refused with its name and the rule', () => {
  const refused = (args: string[], message: RegExp) => assert.throws(() => parseCommand(args), message);
  refused(['--peers', 'many'], /--peers must be a number from 2/);
  refused(['--peers', '1'], /--peers must be a number from 2/);
  refused(['--piece-ms', '160'], /--piece-ms must be a part of 2000, got 160/);
  refused(['--mode', 'star'], /--mode must be one of backbone, edge-seeded/);
  refused(['--profile', 'rich'], /--profile must be one of good, poor, mobile/);
  refused(['--seed'], /--seed needs a value/);
  refused(['peers'], /"peers" is not an option/);
  refused(['--pears', '7'], /--pears is not an option/);
  refused(['--tune', 'speed=9'], /--tune must be NAME=NUMBER/);
  refused(['--sample', '2', '--mode', 'edge-seeded'], /--sample needs --mode backbone/);
  refused(['--sample', '1'], /--sample must be 0 or at least 2/);
});

Deno.test('the usage names every option with its default', () => {
  for (const name of ['peers', 'seconds', 'mode', 'profile', 'kbps', 'cap', 'json']) {
    assert.match(USAGE, new RegExp(`--${name}\\b`));
  }
});
