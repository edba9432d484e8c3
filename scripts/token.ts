/** `deno task token`: a playback or admin token of a running Shoal. The token alone goes to standard output. */
import { certificate } from './certificate.ts';
import { loadSecrets } from './secrets.ts';
import { HELP, type TokenAsk, tokenAsk } from './token-options.ts';

try {
  const ask = tokenAsk(Deno.args);
  if (ask) await issue(ask);
  else console.log(HELP);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function issue({ url, path, body, channel, json }: TokenAsk): Promise<void> {
  const { SHOAL_ADMIN_TOKEN } = await loadSecrets();
  const isLocal = /^https:\/\/(localhost|127\.)/.test(url);
  const client = isLocal ? Deno.createHttpClient({ caCerts: [(await certificate()).cert] }) : undefined;
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    ...(client ? { client } : {}),
    headers: { authorization: `Bearer ${SHOAL_ADMIN_TOKEN}` },
    body: JSON.stringify(body),
  }).catch((error: Error) => {
    throw new Error(`${url} does not answer (${error.message}); is \`deno task start\` running?`);
  });
  const answer = await response.json() as {
    token?: string;
    expiresAt?: string;
    error?: { message: string; field?: string };
  };
  if (!answer.token) {
    const { message = `status ${response.status}`, field } = answer.error ?? {};
    throw new Error(
      `${url} gives no token: ${field && !message.includes(field) ? `${field}: ` : ''}${message}`,
    );
  }
  if (json) return console.log(JSON.stringify(answer, null, 2));
  console.log(answer.token);
  console.error(`good until ${answer.expiresAt}`);
  if (channel) console.error(`watch at ${new URL(`/watch/${channel}`, url)}#token=${answer.token}`);
}
