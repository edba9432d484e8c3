/** A text frame of a socket as the message that it is, or what its sender is told of it. Never throws. */
import * as v from 'valibot';
import { FromPeer } from '../../protocol/from-peer.ts';
import { failure, type Outgoing } from './outgoing.ts';

export function fromText(text: string): { message: FromPeer } | { failure: Outgoing } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { failure: failure('the message must be JSON') };
  }
  const parsed = v.safeParse(FromPeer, json);
  if (parsed.success) return { message: parsed.output };
  const issue = parsed.issues[0];
  const field = v.getDotPath(issue);
  return { failure: failure(`${field ?? 'message'}: ${issue.message}`.slice(0, 300), json) };
}
