import assert from 'node:assert/strict';
import { ChannelSettings } from '../../../protocol/channel.ts';
import { MAX_RUNGS } from '../../../protocol/ladder.ts';
import * as v from 'valibot';
import { SETTING_FIELDS } from './field-kind.ts';
import { matters, textOf } from './texts.ts';
import { brokenRule, changes, inputNames, readValue, rowsIn, shownValue } from './values.ts';

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

Deno.test('renditions are rows of numbers, and a refusal names the input that breaks the rule', () => {
  const field = SETTING_FIELDS.find(({ name }) => name === 'ladder')!;
  assert.ok(field.kind.kind === 'rows');
  assert.equal(field.kind.most, MAX_RUNGS);
  assert.deepEqual(field.kind.columns.map(({ name, kind }) => [name, kind.min, kind.max, kind.step]), [
    ['height', 96, 2160, 2],
    ['kbps', 50, 50_000, undefined],
  ]);
  const ladder = [{ height: 480, kbps: 900 }, { height: 240, kbps: 225 }];
  const shown = shownValue(ladder, field.kind);
  assert.deepEqual(rowsIn(shown), [{ height: '480', kbps: '900' }, { height: '240', kbps: '225' }]);
  assert.deepEqual(readValue(shown, field.kind), ladder);

  const refused = (rows: Record<string, string>[]) => {
    const failure = brokenRule({ ...standard, ladder: readValue(JSON.stringify(rows), field.kind) });
    assert.ok(inputNames(field).includes(failure!.field!), failure?.field);
    return [failure?.field, failure?.message];
  };
  const good = { height: '480', kbps: '900' };
  assert.deepEqual(refused([good, { height: '361', kbps: '500' }]), [
    'settings.ladder.1.height',
    'must be an even number',
  ]);
  assert.deepEqual(refused([good, { height: '', kbps: '500' }]), [
    'settings.ladder.1.height',
    'must be a number',
  ]);
  assert.deepEqual(refused([{ height: '480', kbps: '20' }]), [
    'settings.ladder.0.kbps',
    'must be at least 50',
  ]);
  assert.deepEqual(refused([good, good]), [
    'settings.ladder',
    'each rendition must have a height of its own',
  ]);
});

Deno.test('every ready-made rendition is one that the schema takes', () => {
  const field = SETTING_FIELDS.find(({ name }) => name === 'ladder')!;
  const presets = Object.values(textOf('ladder').rows!.presets);
  assert.equal(
    brokenRule({ ...standard, ladder: readValue(JSON.stringify(presets), field.kind) }),
    undefined,
  );
});

Deno.test('only what was changed is sent', () => {
  assert.deepEqual(changes(standard, { ...standard, windowS: 60 }), { windowS: 60 });
  assert.deepEqual(changes({ sites: ['a'] }, { sites: ['a'] }), {});
});

Deno.test('every setting has words, and is hidden only where it would change nothing', () => {
  for (const { name, kind } of SETTING_FIELDS) {
    assert.ok(textOf(name).help, `${name}: say what it does in texts.ts`);
    if (kind.kind !== 'rows') continue;
    assert.deepEqual(Object.keys(textOf(name).rows!.columns), kind.columns.map(({ name }) => name));
  }
  assert.equal(matters('keyPeriodS', { drm: 'off' }), false);
  assert.equal(matters('keyPeriodS', { drm: 'cenc' }), true);
  assert.equal(matters('windowS', {}), true);
});
