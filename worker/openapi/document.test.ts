import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { ask } from '../testing/edge.ts';
import { RIGHTS } from '../testing/rights.ts';
import { openApiDocument } from './document.ts';
import { ROUTE_DOCS } from './routes.ts';

type Operation = {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: { 'application/json': { schema: { type?: string; properties?: object } } } };
};
const paths = openApiDocument().paths as Record<string, Record<string, Operation>>;

/** As hono writes it. */
const honoPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

test('every route below /api is in the document, and nothing else', () => {
  const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/'))
    .map(({ method, path }) => `${method} ${path}`);
  const told = ROUTE_DOCS.map(({ method, path }) => `${method.toUpperCase()} ${honoPath(path)}`);
  expect(told.toSorted()).toEqual([...new Set(routes)].toSorted());
});

test('the document tells the right that each route wants', () => {
  for (const { method, path, role, tenants } of ROUTE_DOCS) {
    const name = `${method.toUpperCase()} ${honoPath(path)}`;
    const right = RIGHTS[name];
    const wanted = right && 'admin' in right ? [right.admin, right.tenants] : [undefined, undefined];
    expect([name, role, tenants]).toEqual([name, ...wanted]);
  }
});

test('operations have names of their own, path parameters, and schemas for what they take', () => {
  const ids = Object.values(paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId)
  );
  expect(new Set(ids).size).toBe(ids.length);
  const history = paths['/api/channels/{name}/history']!.get!;
  expect(history.parameters!.map(({ name, in: where, required }) => [name, where, required])).toEqual([
    ['name', 'path', true],
    ['from', 'query', false],
    ['to', 'query', false],
    ['step', 'query', false],
  ]);
  const made = paths['/api/channels']!.post!.requestBody!.content['application/json'].schema;
  expect(Object.keys(made.properties!)).toEqual(['name', 'title', 'settings']);
  expect(JSON.stringify(paths)).not.toContain('"schema":{}');
});

test('it is served to everybody', async () => {
  const answer = await ask('/openapi.json');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(await answer.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Shoal' } });
});
