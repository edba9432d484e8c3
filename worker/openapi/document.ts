/** The API as an OpenAPI 3.1 document, made of the tables beside this file and the schemas of protocol/. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { RouteDoc } from './route-doc.ts';
import { ROUTE_DOCS } from './routes.ts';

type Json = Record<string, unknown>;

export const API_VERSION = '1';
const REFUSALS: Record<string, string> = {
  400: 'A field breaks a rule: `field` names it',
  401: 'No token, or one that is over',
  403: "The token's role does not reach",
  404: "There is no such thing, or it is not this caller's to know of",
};

export function openApiDocument(docs: RouteDoc[] = ROUTE_DOCS): Json {
  const paths: Record<string, Json> = {};
  for (const doc of docs) (paths[doc.path] ??= {})[doc.method] = operationOf(doc);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shoal',
      version: API_VERSION,
      description:
        'Everything the dashboard does. Every call carries `Authorization: Bearer` and an admin token; a ' +
        'role covers those below it (owner, operator, reports). Lists are `{items, next}`: `next` is `after` of ' +
        'the next page. Every refusal is `{error: {code, field, message}}`, and every answer has the header ' +
        '`shoal-request`, which names it in the log.',
    },
    tags: [...new Set(docs.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    security: [{ admin: [] }],
    components: {
      securitySchemes: { admin: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR },
      responses: Object.fromEntries(
        Object.entries(REFUSALS).map(([status, description]) => [
          `Refusal${status}`,
          {
            description,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
          },
        ]),
      ),
    },
  };
}

const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'Machine-readable, lower-case with hyphens' },
        field: { type: 'string', description: 'The field at fault, where there is one' },
        message: { type: 'string', description: 'The rule it breaks, or what happened' },
      },
    },
  },
};

function operationOf(doc: RouteDoc): Json {
  const { status = 200, query, body, role, tenants, note } = doc;
  const right = role === undefined
    ? []
    : [`Wants the role ${role}${tenants ? '; a tenant sees what it leases' : ''}.`];
  const names = [...doc.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(query ? queryOf(query) : []),
  ];
  return {
    operationId: operationId(doc),
    tags: [doc.tag],
    summary: doc.summary,
    description: [...right, ...(note === undefined ? [] : [note])].join(' '),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }
      : {}),
    responses: {
      [status]: answerOf(doc),
      ...Object.fromEntries(
        Object.keys(REFUSALS).map((code) => [code, { $ref: `#/components/responses/Refusal${code}` }]),
      ),
    },
  };
}

/** As `getChannelsNameFigures`. */
function operationId({ method, path }: RouteDoc): string {
  const words = path.replace(/^\/api/, '').split(/[^A-Za-z0-9]+/).filter(Boolean);
  return method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function answerOf({ answer, type = 'application/json' }: RouteDoc): Json {
  if (answer === undefined) return { description: 'Done' };
  if (typeof answer === 'string') {
    const schema = type === 'application/json' ? { type: 'object' } : { type: 'string' };
    return { description: answer, content: { [type]: { schema } } };
  }
  return { description: 'The answer', content: { [type]: { schema: schemaOf(answer) } } };
}

function queryOf(query: v.GenericSchema): Json[] {
  const { properties = {}, required = [] } = schemaOf(query) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** What JSON Schema cannot say (a transform, a check across fields) is left out. */
function schemaOf(schema: v.GenericSchema): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: 'ignore', typeMode: 'input' });
  return rest;
}
