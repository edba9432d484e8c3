/** What a test does with the dashboard, as one who hears it or looks at it would. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { until } from '../until.ts';
import { unheard } from './screen-reader.ts';

/** Presses what has this name, as a screen reader would find it; `inside`: a selector of where to look. */
export async function press(
  page: Page,
  role: 'button' | 'link',
  name: string,
  inside = '',
): Promise<void> {
  await until(`there is a ${role} "${name}"`, async () => {
    const found = await page.$(`${inside} ::-p-aria([name="${name}"][role="${role}"])`);
    await found?.evaluate((element) => (element as unknown as { click(): void }).click());
    return found !== null;
  }, { withinMs: 20_000 });
}

/** Puts text into the input with this name, in place of what stands there. */
export async function fill(page: Page, name: string, text: string): Promise<void> {
  const selector = `[name="${name}"]`;
  await page.waitForSelector(selector);
  await page.$eval(selector, (element, text) => {
    const input = element as unknown as { value: string; dispatchEvent(event: Event): void };
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, text);
}

/** The text of the page, or of what the selector finds. */
export function textOf(page: Page, selector = 'main'): Promise<string> {
  return page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
}

/** The figure with this name, as the first view of a channel shows it. */
export function figure(page: Page, name: string): Promise<string> {
  return page.$$eval('.figures > div', (rows, name) => {
    const row = rows.find((row) => row.querySelector('dt')?.textContent === name);
    return row?.querySelector('dd')?.textContent ?? '';
  }, name);
}

export function sees(page: Page, what: string | RegExp, selector = 'main'): Promise<true> {
  return until(`the dashboard shows ${what}`, async () => {
    const text = await textOf(page, selector);
    return (typeof what === 'string' ? text.includes(what) : what.test(text)) || undefined;
  }, { withinMs: 20_000 });
}

/** The last dialog is done and gone. */
export function seesNoDialog(page: Page): Promise<true> {
  return until('the dialog is closed', async () => await page.$('dialog') === null, { withinMs: 20_000 });
}

/** Every control of this page has a name, and no heading skips a level. */
export async function canBeHeard(page: Page, what: string): Promise<void> {
  assert.deepEqual(await unheard(page), [], `by ear: ${what}`);
}

/** A dialog is open, and can be heard. */
export async function asks(page: Page, what: string): Promise<void> {
  await page.waitForSelector('dialog[open]');
  await canBeHeard(page, what);
}
