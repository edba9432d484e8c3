import assert from 'node:assert/strict';
import { countJunit, readJunit } from './junit.ts';

const REPORT = `<testsuites><testsuite>
  <testcase name="one" classname="a" time="0.1">
  </testcase>
  <testcase name="two" classname="a"/>
  <testcase name="three" classname="a" time="0.1"><failure message="x">at y</failure></testcase>
  <testcase name="four" classname="a" time="0.1">
    <skipped/>
  </testcase>
</testsuite></testsuites>`;

Deno.test('a report is counted by what became of each case', () => {
  assert.deepEqual(countJunit(REPORT, false), { passed: 2, failed: 1, skipped: ['four'] });
});

Deno.test('what a filter left out is not counted', () => {
  assert.deepEqual(countJunit(REPORT, true), { passed: 2, failed: 1, skipped: [] });
});

Deno.test('a report that was never written counts nothing', async () => {
  const tally = await readJunit(new URL('./no-such-report.xml', import.meta.url), false);
  assert.deepEqual(tally, { passed: 0, failed: 0, skipped: [] });
});
