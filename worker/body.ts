/** Bodies of requests: JSON that a schema has passed, or a Failure that names the field and its rule. */
import * as v from 'valibot';
import { Failure } from './failure.ts';

/** Throws Failure 413 above `maxLength` characters, 400 for anything that the schema refuses. */
export function parseBody<Schema extends v.GenericSchema>(
  text: string,
  schema: Schema,
  maxLength: number,
): v.InferOutput<Schema> {
  if (text.length > maxLength) {
    throw new Failure(413, 'too-large', `the body must be at most ${maxLength} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(400, 'bad-json', 'the body must be JSON');
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue) ?? '';
  throw new Failure(400, 'bad-field', `${field || 'the body'}: ${issue.message}`, { field });
}
