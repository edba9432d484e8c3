/** The ports of a local Shoal. */

export interface Ports {
  edge: number;
  rtmp: number;
  origin: number;
}

/** Reads the port flags; throws an Error that names the flag and the rule. */
export function portsFrom(flags: { port?: string; 'rtmp-port'?: string; 'origin-port'?: string }): Ports {
  const ports = {
    edge: portOf('--port', flags.port, 8787),
    rtmp: portOf('--rtmp-port', flags['rtmp-port'], 1935),
    origin: portOf('--origin-port', flags['origin-port'], 8788),
  };
  if (new Set(Object.values(ports)).size < 3) {
    throw new Error('--port, --rtmp-port and --origin-port must be three different ports');
  }
  return ports;
}

/** Throws an Error that says which port is taken and which flag chooses another. */
export function freeOrExplain(ports: Ports, hostname: string): void {
  for (
    const [port, flag, at] of [
      [ports.edge, '--port', hostname],
      [ports.rtmp, '--rtmp-port', hostname],
      [ports.origin, '--origin-port', '127.0.0.1'],
    ] as const
  ) {
    try {
      Deno.listen({ hostname: at, port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) {
        throw new Error(`port ${port} is taken; choose another with ${flag} N`);
      }
      if (error instanceof Deno.errors.PermissionDenied) {
        throw new Error(`port ${port} needs root; choose one above 1023 with ${flag} N`);
      }
      throw error;
    }
  }
}

function portOf(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`${flag} must be a port from 1 to 65535, got "${text}"`);
  }
  return port;
}
