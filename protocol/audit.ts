/** `GET /api/audit`: who changed what. */
import * as v from 'valibot';
import { PageQuery } from './page.ts';

/** One change that was made. Secrets never stand in it. */
export const AuditEntry = v.object({
  /** Grows with time; names the entry. */
  id: v.number(),
  /** ISO 8601. */
  at: v.string(),
  /** Whose token it was. */
  subject: v.string(),
  role: v.string(),
  /** As `POST`. */
  method: v.string(),
  /** Path below /api, as `channels/demo/stop`. */
  resource: v.string(),
  /** The request's fields, with secrets struck out, as JSON; empty: none. */
  what: v.string(),
  /** Status of the answer. */
  status: v.number(),
  /** Names the request in the edge's log. */
  requestId: v.string(),
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

/** Newest first; `query` is held against subject and resource. */
export const AuditQuery = v.object({
  ...PageQuery.entries,
  query: v.optional(v.pipe(v.string(), v.maxLength(100))),
});
