/** How Workers speak to the lease desk: itty-durable's calls carry their arguments as JSON in a header. */
import { asciiJson } from './ascii-json.ts';
import type { Env } from './env.ts';
import type { LeaseDesk } from './objects/lease-desk.ts';

/** Methods of the desk that may be called from outside. */
type Desk = Pick<
  LeaseDesk,
  | 'listTenants'
  | 'addTenant'
  | 'editTenant'
  | 'removeTenant'
  | 'listLeases'
  | 'lease'
  | 'addLease'
  | 'editLease'
  | 'revokeLease'
  | 'revokeChannel'
  | 'removeLease'
  | 'leaseDays'
  | 'backup'
  | 'restoreTenants'
  | 'restoreLeases'
>;

/** Calls one method of the one desk. Throws an Error when the object fails. */
export async function askLeaseDesk<Name extends keyof Desk>(
  env: Env,
  method: Name,
  ...args: Parameters<Desk[Name]>
): Promise<Awaited<ReturnType<Desk[Name]>>> {
  const answer = await env.LEASES.getByName('desk').fetch(`https://desk/do/call/${method}`, {
    headers: { 'do-content': asciiJson(args) },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the lease desk failed at ${method}: ${answer.status}`);
  return JSON.parse(text);
}
