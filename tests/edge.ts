/** An edge for tests: the bundled Worker under miniflare (real workerd) on a port of the system's choosing. */
import { LEASH } from '../scripts/leash.ts';
import { type LocalEdge, startLocalEdge } from '../scripts/local-edge.ts';
import { WORKERD } from '../scripts/serve/workerd-binary.ts';

/** Secrets that every test edge has unless told otherwise. */
export const EDGE_SECRETS = {
  SHOAL_ADMIN_TOKEN: 'admin-token-of-the-tests',
  SHOAL_ORIGIN_SECRET: 'origin-secret-of-the-tests',
  SHOAL_EDGE_SECRET: 'edge-secret-of-the-tests',
};

export interface EdgeOptions {
  /** Bindings beside the secrets, or in their place. */
  bindings?: Record<string, string>;
  /** Folder that outlives a stop, so that a restart finds its objects again. Memory without it. */
  storage?: string;
  /** 0: any free one. */
  port?: number;
  /** Folder with the built player and pages. */
  assets?: string;
  /** Module of the Worker; worker/main.ts unless told otherwise. */
  entry?: string;
}

export type Edge = LocalEdge;

export function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  // Where miniflare looks for workerd; what else is started from here on says for itself what is leashed.
  Deno.env.set('MINIFLARE_WORKERD_PATH', LEASH);
  Deno.env.set('LEASHED_PROGRAM', WORKERD);
  return startLocalEdge({ ...options, bindings: { ...EDGE_SECRETS, ...options.bindings } });
}
