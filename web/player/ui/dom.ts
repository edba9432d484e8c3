/** Elements without ceremony. */

type Child = Node | string | undefined;
type Properties = Record<string, string | boolean | ((event: Event) => void) | undefined>;

/** Makes an element: `on…` properties become listeners, everything else attributes; `true` is an empty one. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (typeof value === 'string') element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** An icon of 24 by 24 units, drawn in the text's colour; hidden from screen readers, its button has the name. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/** Gives a button another name, spoken and shown; shown with its key, where it has one. */
export function rename(button: HTMLElement, name: string, key?: string): void {
  const title = key === undefined ? name : `${name} (${key})`;
  if (button.title === title) return;
  button.setAttribute('aria-label', name);
  if (key !== undefined) button.setAttribute('aria-keyshortcuts', key);
  button.title = title;
}
