/** What a page gives to a screen reader, by Chromium's accessibility tree. */
import type { Page, SerializedAXNode } from 'puppeteer-core';

const CONTROLS = new Set([
  'button',
  'link',
  'textbox',
  'searchbox',
  'combobox',
  'checkbox',
  'radio',
  'switch',
  'slider',
  'spinbutton',
  'dialog',
  'image',
  'img',
]);

/** What could not be found by ear: controls without a name, no first heading, headings that skip a level. */
export async function unheard(page: Page): Promise<string[]> {
  const tree = await page.accessibility.snapshot({ interestingOnly: false });
  const nodes = tree ? [...all(tree)] : [];
  const levels = nodes.filter(({ role }) => role === 'heading').map(({ level }) => level ?? 0);
  // A modal dialog is all there is while it is open, and goes on from the page's heading.
  const first = nodes.some(({ role }) => role === 'dialog') ? 2 : 1;
  return [
    ...nodes.filter(({ role, name }) => CONTROLS.has(role) && !name).map(({ role }) =>
      `a ${role} without a name`
    ),
    ...levels.flatMap((level, i) => {
      const most = i === 0 ? first : levels[i - 1]! + 1;
      return level > most ? [`heading ${i + 1} is of level ${level}, after ${most - 1}`] : [];
    }),
    ...(levels.length === 0 ? ['no heading'] : []),
  ];
}

function* all(node: SerializedAXNode): Generator<SerializedAXNode> {
  yield node;
  for (const child of node.children ?? []) yield* all(child);
}
