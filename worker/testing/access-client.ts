/** The admin API and tokens, for tests of access. */
import type { IssuedToken } from '../../protocol/access.ts';
import { toBase64Url } from '../../protocol/bytes.ts';
import { ask } from './edge.ts';

/** Calls the API with the bootstrap token, or another one; `''` for none. */
export async function api(
  method: string,
  path: string,
  body?: unknown,
  token = 'admin-token-of-the-tests',
): Promise<Response> {
  return await ask(path, {
    method,
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** An admin token of this role. */
export async function adminToken(role: string, more: object = {}): Promise<string> {
  return await issued(await api('POST', '/api/tokens', { subject: `a ${role}`, role, ...more }));
}

/** A playback token of a channel; `ask` as protocol/access.ts has it. */
export async function playbackToken(channel: string, more: object = {}): Promise<string> {
  return await issued(await api('POST', `/api/channels/${channel}/tokens`, more));
}

/** Joins as a new peer; status and error code, or state. `more` goes into the request. */
export async function tryJoin(
  channel: string,
  token?: string,
  headers: Record<string, string> = {},
  more: object = {},
): Promise<{ status: number; code: string; headers: Headers }> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const response = await ask(`/join/${channel}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ peerKey, ...(token === undefined ? {} : { token }), ...more }),
  });
  const body = await response.json<{ state?: string; error?: { code: string } }>();
  return { status: response.status, code: body.error?.code ?? body.state ?? '', headers: response.headers };
}

async function issued(response: Response): Promise<string> {
  if (response.status !== 201) throw new Error(await response.text());
  return (await response.json<IssuedToken>()).token;
}
