/** A peer's surroundings outside a browser: Deno's own fetch, sockets and WebCrypto, node-datachannel's WebRTC. */
import { RTCError, RTCPeerConnection } from 'node-datachannel/polyfill';
import { type PeerEnvironment, standardEnvironment } from '../peer/environment.ts';

/** `overrides` go over it, as `{ device: 'antenna' }`. */
export function headlessEnvironment(overrides: Partial<PeerEnvironment> = {}): PeerEnvironment {
  // The polyfill's data channel makes its errors with a global that a browser has and Deno has not.
  Object.assign(globalThis, { RTCError });
  return standardEnvironment({
    RTCPeerConnection: RTCPeerConnection as unknown as NonNullable<PeerEnvironment['RTCPeerConnection']>,
    ...overrides,
  });
}
