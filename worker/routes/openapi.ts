/** `/openapi.json`: the API as a document. The page that shows it is /docs. */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import type { Env } from '../env.ts';
import { openApiDocument } from '../openapi/document.ts';

let text: string | undefined;

export const openApi = new Hono<{ Bindings: Env }>().get('/openapi.json', async (c) => {
  await allow({ to: 'public' }, c.req.raw, c.env);
  return c.body(text ??= JSON.stringify(openApiDocument()), 200, {
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
    'cache-control': 'public, max-age=300',
  });
});
