/** `/docs`: the API to read, made in the browser of /openapi.json. Nothing comes from anywhere else. */
import { describeSchema, type Schema } from './docs-schema.ts';

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
}

interface OpenApi {
  info: { description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
}

const content = document.querySelector<HTMLElement>('#content')!;
const contents = document.querySelector<HTMLElement>('#contents')!;
const search = document.querySelector<HTMLInputElement>('#search')!;
const note = document.querySelector<HTMLElement>('#note')!;

function element(tag: string, text = '', className = ''): HTMLElement {
  const made = document.createElement(tag);
  if (text !== '') made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

function fieldsTable(title: string, schema: Schema): HTMLElement[] {
  const rows = describeSchema(schema);
  if (rows.length === 0) return [];
  const table = element('table');
  for (const { name, type, rule } of rows) {
    const row = element('tr');
    const head = element('th');
    head.setAttribute('scope', 'row');
    head.append(element('code', name));
    row.append(head, element('td', type, 'type'), element('td', rule));
    table.append(row);
  }
  const frame = element('div', '', 'frame');
  frame.append(table);
  return [element('h4', title), frame];
}

function routeSection(method: string, path: string, operation: Operation): HTMLElement {
  const section = element('details', '', 'route') as HTMLDetailsElement;
  section.id = operation.operationId;
  section.dataset.text = `${method} ${path} ${operation.summary}`.toLowerCase();
  const summary = element('summary');
  summary.append(
    element('span', method.toUpperCase(), `method ${method}`),
    element('code', path),
    element('span', operation.summary, 'says'),
  );
  section.append(summary, element('p', operation.description));
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  section.append(...fieldsTable('Query', {
    type: 'object',
    properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
    required: query.filter(({ required }) => required).map(({ name }) => name),
  }));
  const body = operation.requestBody?.content['application/json']?.schema;
  if (body) section.append(...fieldsTable('Body', body));
  const [status, answer] = Object.entries(operation.responses).find(([code]) => Number(code) < 300)!;
  const schema = Object.values(answer.content ?? {})[0]?.schema;
  const fields = schema ? fieldsTable(`Answer ${status}`, schema) : [];
  section.append(
    ...(fields.length > 0 ? fields : [element('h4', `Answer ${status}`), element('p', answer.description)]),
  );
  return section;
}

/** Every other part between backticks is code. */
function prose(text: string): HTMLElement {
  const made = element('p', '', 'intro');
  made.append(...text.split('`').map((part, i) => i % 2 === 1 ? element('code', part) : part));
  return made;
}

function show(api: OpenApi): void {
  note.remove();
  content.append(prose(api.info.description));
  for (const { name } of api.tags) {
    const part = element('section');
    const heading = element('h2', name);
    heading.id = name.toLowerCase();
    part.append(heading);
    for (const [path, operations] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        if (operation.tags[0] === name) part.append(routeSection(method, path, operation));
      }
    }
    content.append(part);
    const link = element('a', name) as HTMLAnchorElement;
    link.href = `#${heading.id}`;
    contents.append(link);
  }
  openNamed();
}

/** A link to one route opens it. */
function openNamed(): void {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) named.open = true;
  named?.scrollIntoView();
}

function find(): void {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const part of content.querySelectorAll('section')) {
    let shown = 0;
    for (const route of part.querySelectorAll<HTMLElement>('.route')) {
      route.hidden = !words.every((word) => route.dataset.text!.includes(word));
      if (!route.hidden) shown++;
    }
    part.hidden = shown === 0;
  }
}

search.addEventListener('input', find);
addEventListener('hashchange', openNamed);
try {
  const answer = await fetch('/openapi.json');
  if (!answer.ok) throw new Error(`the edge answered ${answer.status}`);
  show(await answer.json());
} catch (error) {
  note.textContent = `The document cannot be read: ${
    (error as Error).message
  }. Reload the page to try again.`;
}
