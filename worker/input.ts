/** Queries and bodies of the API: parsed by a schema of protocol/, which also types the client (hono/client). */
import type { MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { parseBody } from './body.ts';
import type { Env } from './env.ts';
import { Failure } from './failure.ts';

/** Longest body that is read where a route does not say, in characters. */
const MAX_BODY_LENGTH = 64 * 1024;

type Taker<Target extends string, Schema extends v.GenericSchema> = MiddlewareHandler<
  { Bindings: Env },
  string,
  { in: { [T in Target]: v.InferInput<Schema> }; out: { [T in Target]: v.InferOutput<Schema> } }
>;

/** The query string, as `c.req.valid('query')`. Throws Failure 400 that names the field. */
export function takeQuery<Schema extends v.GenericSchema>(schema: Schema): Taker<'query', Schema> {
  return async (c, next) => {
    const parsed = v.safeParse(schema, c.req.query());
    if (!parsed.success) {
      const [issue] = parsed.issues;
      const field = v.getDotPath(issue) ?? '';
      throw new Failure(400, 'bad-field', `${field}: ${issue.message}`, { field });
    }
    c.req.addValidatedData('query', parsed.output as object);
    await next();
  };
}

/** A JSON body whatever its content type, as `c.req.valid('json')`. An empty body is `{}`. */
export function takeBody<Schema extends v.GenericSchema>(
  schema: Schema,
  maxLength: number = MAX_BODY_LENGTH,
): Taker<'json', Schema> {
  return async (c, next) => {
    const text = await c.req.text();
    const parsed = parseBody(text === '' ? '{}' : text, schema, maxLength);
    c.req.addValidatedData('json', parsed as object);
    await next();
  };
}
