/** How a route of the API is described: one entry of the tables beside this file. */
import type * as v from 'valibot';
import type { Role } from '../../protocol/claims.ts';

export interface RouteDoc {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/api/channels/{name}`. */
  path: string;
  /** Heading under which it stands. */
  tag: string;
  /** One sentence, without a full stop. */
  summary: string;
  /** The least role that may; absent: a right of its own, which `note` names. */
  role?: Role;
  /** Whether a tenant's token is let in and sees its own. */
  tenants?: true;
  /** What else there is to know. */
  note?: string;
  query?: v.GenericSchema;
  body?: v.GenericSchema;
  /** Status of the answer that is wanted; 200 unless told otherwise. */
  status?: 200 | 201 | 101 | 204;
  /** The answer: a schema, or in words where the type of protocol/ says it all; absent with 204. */
  answer?: v.GenericSchema | string;
  /** Media type of an answer that is no JSON. */
  type?: string;
}
