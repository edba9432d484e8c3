/** A peer's surroundings outside a browser: Deno's own fetch, sockets and WebCrypto, node-datachannel's WebRTC. */
import { RTCError, RTCPeerConnection } from 'node-datachannel/polyfill';
import { type PeerEnvironment, standardEnvironment } from '../peer/environment.ts';

/** Connections whose native side is still at work. */
const busy = new Set<object>();
const CLOSING_MS = 10;

class HeadlessPeerConnection extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration as ConstructorParameters<typeof RTCPeerConnection>[0]);
    busy.add(this);
    this.addEventListener('connectionstatechange', () => {
      if (this.connectionState === 'closed') busy.delete(this);
    });
  }
}

/** `overrides` go over it, as `{ device: 'antenna' }`. */
export function headlessEnvironment(overrides: Partial<PeerEnvironment> = {}): PeerEnvironment {
  // The polyfill's data channel makes its errors with a global that a browser has and Deno has not.
  Object.assign(globalThis, { RTCError });
  return standardEnvironment({
    RTCPeerConnection: HeadlessPeerConnection as unknown as NonNullable<PeerEnvironment['RTCPeerConnection']>,
    ...overrides,
  });
}

/**
 * Settles when all connections that were closed are closed in fact. To be awaited before the process or the worker
 * ends: node-datachannel's threads call back into it and bring it down when it is gone.
 */
export async function headlessQuiet(): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, CLOSING_MS)); while (busy.size > 0);
}
