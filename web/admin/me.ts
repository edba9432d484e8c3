/** What whoever is signed in may do. What may not be done is not offered; the edge refuses it all the same. */
import { signal } from '@preact/signals';
import { type Role, roleCovers } from '../../protocol/claims.ts';
import { told } from './api/client.ts';
import { api, session } from './desk.ts';

/** `GET /api/me`. */
export interface Me {
  subject: string;
  role: Role;
  tenant?: string;
}

const me = signal<Me | undefined>(undefined);

/** Asks who this is; until the answer is here, nothing is hidden. */
export async function askWhoThisIs(): Promise<void> {
  const token = session.token;
  me.value = undefined;
  try {
    const answer = await told(api.me.$get());
    if (session.token === token) me.value = answer;
  } catch {
    // The pages say what is wrong: they ask, too.
  }
}

export function whoThisIs(): Me | undefined {
  return me.value;
}

/** Whether the role covers this one. Reading it in a view makes the view follow. */
export function may(role: Role): boolean {
  return me.value === undefined || roleCovers(me.value.role, role);
}
