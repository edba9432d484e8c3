/**
 * The trusted proxy in front of the edge of a test: tells whose connection it passes on, as a load balancer does.
 * One request a connection, so that it only ever has to look at the first head.
 */

/** As worker/access/whereabouts.ts reads them. */
const PROXY_HEADER = 'shoal-proxy';
const PROXY_ADDRESS_HEADER = 'shoal-client-address';

export interface AddressProxyOptions {
  hostname: string;
  target: { hostname: string; port: number };
  /** SHOAL_TRUSTED_PROXY of the edge. */
  secret: string;
}

const MAX_HEAD_BYTES = 16 * 1024;

/** Returns its port. It ends with the process. */
export function startAddressProxy(options: AddressProxyOptions): number {
  const listener = Deno.listen({ hostname: options.hostname, port: 0 });
  void accept(listener, options);
  return (listener.addr as Deno.NetAddr).port;
}

async function accept(listener: Deno.Listener, options: AddressProxyOptions): Promise<void> {
  for await (const client of listener) void relay(client, options).catch(() => {});
}

async function relay(client: Deno.Conn, { target, secret }: AddressProxyOptions): Promise<void> {
  const { hostname } = client.remoteAddr as Deno.NetAddr;
  const edge = await Deno.connect(target);
  try {
    const { head, rest } = await readHead(client);
    const lines = head.split('\r\n').filter((line) => !/^shoal-/i.test(line));
    const isUpgrade = lines.some((line) => /^upgrade:/i.test(line));
    const kept = isUpgrade ? lines : lines.filter((line) => !/^connection:/i.test(line));
    const added = [`${PROXY_HEADER}: ${secret}`, `${PROXY_ADDRESS_HEADER}: ${hostname}`];
    if (!isUpgrade) added.push('connection: close');
    await writeAll(edge, new TextEncoder().encode([...kept, ...added].join('\r\n') + '\r\n\r\n'));
    await writeAll(edge, rest);
    const up = client.readable.pipeTo(edge.writable).catch(() => {});
    await edge.readable.pipeTo(client.writable).catch(() => {});
    await up;
  } finally {
    for (const side of [client, edge]) {
      try {
        side.close();
      } catch {
        // Closed by its stream.
      }
    }
  }
}

async function readHead(connection: Deno.Conn): Promise<{ head: string; rest: Uint8Array }> {
  let held = new Uint8Array();
  const buffer = new Uint8Array(4096);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error('the client left within its request');
    held = Uint8Array.from([...held, ...buffer.subarray(0, count)]);
    const text = String.fromCharCode(...held);
    const end = text.indexOf('\r\n\r\n');
    if (end >= 0) return { head: text.slice(0, end), rest: held.subarray(end + 4) };
    if (held.length > MAX_HEAD_BYTES) throw new Error('the head is too long');
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
