import assert from 'node:assert/strict';
import { ChannelSettings } from '../../../protocol/channel.ts';
import * as v from 'valibot';
import { SETTING_FIELDS } from './field-kind.ts';
import { matters, textOf } from './texts.ts';
import { brokenRule, changes, readValue, shownValue } from './values.ts';

const standard = v.parse(ChannelSettings, {});

function kindOfField(name: string) {
  return SETTING_FIELDS.find((field) => field.name === name)!.kind;
}

Deno.test('every setting stands in the form and comes out of it as it went in', () => {
  assert.deepEqual(SETTING_FIELDS.map(({ name }) => name), Object.keys(ChannelSettings.entries));
  for (const { name, kind } of SETTING_FIELDS) {
    assert.deepEqual(readValue(shownValue(standard[name], kind), kind), standard[name], name);
  }
});

Deno.test('bounds and options come from the schema', () => {
  assert.deepEqual(kindOfField('windowS'), {
    kind: 'number',
    integer: true,
    min: 10,
    max: 120,
    nullable: false,
  });
  assert.deepEqual(kindOfField('p2p'), { kind: 'choice', options: ['on', 'relay', 'off'], nullable: false });
  assert.deepEqual(kindOfField('hls'), { kind: 'switch', nullable: true });
});

Deno.test('an empty cap means none, an empty number that must be there is refused', () => {
  assert.equal(readValue('', kindOfField('egressCapKbps')), null);
  const settings = { ...standard, windowS: readValue('', kindOfField('windowS')) };
  assert.equal(brokenRule(settings)?.field, 'settings.windowS');
});

Deno.test('a broken rule names its field and the bound', () => {
  const failure = brokenRule({ ...standard, windowS: 500 });
  assert.equal(failure?.field, 'settings.windowS');
  assert.equal(failure?.message, 'must be at most 120');
  assert.equal(brokenRule({ ...standard, windowS: 12.5 })?.message, 'must be a whole number');
  assert.equal(brokenRule(standard), undefined);
});

Deno.test('only what was changed is sent', () => {
  assert.deepEqual(changes(standard, { ...standard, windowS: 60 }), { windowS: 60 });
  assert.deepEqual(changes({ sites: ['a'] }, { sites: ['a'] }), {});
});

Deno.test('every setting has words, and is hidden only where it would change nothing', () => {
  for (const { name } of SETTING_FIELDS) {
    assert.ok(textOf(name).help, `${name}: say what it does in texts.ts`);
  }
  assert.equal(matters('keyPeriodS', { drm: 'off' }), false);
  assert.equal(matters('keyPeriodS', { drm: 'cenc' }), true);
  assert.equal(matters('windowS', {}), true);
});
