import assert from 'node:assert/strict';
import { initialState, type PlayerState } from '../player-state.ts';
import { LANGUAGES, loadWords } from '../words/words.ts';
import { slateText } from './slate-text.ts';

const shown = (state: Partial<PlayerState>) => slateText({ ...initialState(), ...state });

Deno.test('a picture that plays speaks for itself', () => {
  assert.equal(shown({ phase: 'live', started: true, paused: false }), undefined);
});

Deno.test('before it is asked to play the player offers to', () => {
  assert.equal(shown({ phase: 'idle' })?.action, 'play');
});

Deno.test('only what leads to the first picture is a start', () => {
  assert.equal(shown({ phase: 'joining' })!.isStart, true);
  assert.equal(shown({ phase: 'live' })!.isStart, true);
  const noPlace = { code: 'no-place', message: '' };
  assert.equal(shown({ phase: 'live', reason: noPlace })!.isStart, false, 'it says why nothing comes');
  assert.equal(shown({ phase: 'live', started: true, waiting: true, paused: false })!.isStart, false);
  assert.equal(shown({ phase: 'reconnecting' })!.isStart, false);
});

Deno.test('off air and closed are told apart', () => {
  assert.match(shown({ phase: 'offline', title: 'Morning Show' })!.title, /Morning Show is off air/);
  const closed = shown({ phase: 'offline', reason: { code: 'stopped', message: '' }, title: 'Morning Show' });
  assert.match(closed!.title, /closed/);
});

Deno.test('trouble while there is a picture is a banner, without one it takes its place', () => {
  for (const phase of ['lost', 'reconnecting'] as const) {
    assert.equal(shown({ phase, started: true })!.banner, true);
    assert.equal(shown({ phase, started: false })!.banner, false);
  }
});

Deno.test('a refusal says why and can be tried again', () => {
  const slate = shown({
    phase: 'refused',
    reason: { code: 'a-rule-of-tomorrow', message: 'The ticket has run out.' },
  })!;
  assert.equal(slate.text, 'The ticket has run out.');
  assert.equal(slate.action, 'retry');
  assert.equal(slate.diagnostic, true);
});

Deno.test('a channel that does not exist is told in the words of the player, not of the server', () => {
  const reason = { code: 'unknown-channel', message: 'there is no such channel' };
  assert.equal(shown({ phase: 'refused', reason })!.text, 'There is no such channel.');
});

Deno.test('a browser that cannot play is told why, and is not offered to try again', () => {
  const slate = shown({
    phase: 'unsupported',
    reason: { code: 'another-rule', message: 'Open it over https.' },
  })!;
  assert.equal(slate.text, 'Open it over https.');
  assert.equal(slate.action, undefined);
});

Deno.test('waiting in the middle shows that something is under way, a pause does not', () => {
  const playing = { phase: 'live', started: true, waiting: true } as const;
  assert.equal(shown({ ...playing, paused: false })?.busy, true);
  assert.equal(shown({ ...playing, paused: true }), undefined);
});

Deno.test('who waits for want of upload is told so and what comes next, over the picture where there is one', () => {
  const reason = { code: 'upload-short', message: '' };
  const waiting = { phase: 'live', reason, waiting: true } as const;
  for (const started of [true, false]) {
    const slate = shown({ ...waiting, started })!;
    assert.match(slate.title, /Waiting for a place/);
    assert.match(slate.text, /more viewers than upload .* comes by itself/);
    assert.deepEqual([slate.busy, slate.banner], [true, false]);
  }
});

Deno.test('a player that failed says what to do, and can be tried again', () => {
  const slate = shown({ phase: 'unsupported', reason: { code: 'player-failed', message: '' } })!;
  assert.match(slate.title + slate.text, /stopped.*could not be loaded.*load the page anew/);
  assert.equal(slate.action, 'retry');
});

Deno.test('a broadcast without picture says so', () => {
  assert.equal(shown({ phase: 'live', started: true, audioOnly: true, paused: false })?.text, 'Sound only');
});

Deno.test('every phase has words in every language, and a refusal its reason', async () => {
  for (const language of LANGUAGES) {
    const words = await loadWords(language);
    for (
      const phase of ['joining', 'offline', 'live', 'lost', 'reconnecting', 'ended', 'unsupported'] as const
    ) {
      const slate = shown({ phase, words })!;
      assert.notEqual(slate.title + slate.text, '', `${phase} in ${language}`);
    }
    const reason = { code: 'too-many-devices', message: 'in English' };
    assert.equal(shown({ phase: 'refused', words, reason })!.text, words['too-many-devices']);
  }
});
