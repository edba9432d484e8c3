/**
 * A peer's surroundings outside a browser: Deno's own fetch, sockets and WebCrypto, node-datachannel's WebRTC.
 *
 * node-datachannel bears one isolate a process: of the test files that one `deno test` runs, only one may load this.
 */
import { RTCError, RTCPeerConnection } from 'node-datachannel/polyfill';
import { type PeerEnvironment, standardEnvironment } from '../peer/environment.ts';

/** Connections whose native side is still at work. */
const busy = new Set<object>();
const CLOSING_MS = 10;
const LONGEST_CLOSING_MS = 5000;
/** A connection says that it is closed while its threads still wind up. */
const AFTERMATH_MS = 300;
/** How long the side that answers waits before it sends packets of its own. */
const ANSWER_HEAD_START_MS = 150;

class HeadlessPeerConnection extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(
      { ...configuration, iceServers: configuration?.iceServers?.map(quoted) } as ConstructorParameters<
        typeof RTCPeerConnection
      >[0],
    );
    busy.add(this);
    this.addEventListener('connectionstatechange', () => {
      if (this.connectionState === 'closed') busy.delete(this);
    });
  }

  /**
   * The other side's candidates are taken a moment after its offer. libdatachannel closes a connection whose first
   * packets overtake the answer, since it cannot check a fingerprint that it has not been told yet; a browser waits.
   */
  override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (description.type !== 'offer' || !description.sdp) {
      return await super.setRemoteDescription(description as never);
    }
    const lines = description.sdp.split(/\r?\n/);
    const isLate = (line: string) => /^a=(candidate|end-of-candidates)/.test(line);
    const sdp = lines.filter((line) => !isLate(line)).join('\r\n');
    await super.setRemoteDescription({ type: 'offer', sdp } as never);
    const mid = lines.find((line) => line.startsWith('a=mid:'))?.slice('a=mid:'.length) ?? '0';
    const candidates = lines.filter((line) => line.startsWith('a=candidate')).map((line) => line.slice(2));
    setTimeout(() => void this.#takeLate(candidates, mid), ANSWER_HEAD_START_MS);
  }

  async #takeLate(candidates: string[], sdpMid: string): Promise<void> {
    for (const candidate of candidates) {
      if (this.connectionState === 'closed') return;
      // A candidate that is of no use, or a connection that closes just now: the others may do.
      await this.addIceCandidate({ candidate, sdpMid } as never).catch(() => {});
    }
  }
}

/** The polyfill writes credentials into the URL as they are; a TURN username has a colon in it. */
function quoted({ urls, username, credential }: RTCIceServer): RTCIceServer {
  if (username === undefined || credential === undefined) return { urls };
  return { urls, username: encodeURIComponent(username), credential: encodeURIComponent(credential) };
}

/** `overrides` go over it, as `{ device: 'antenna' }`. */
export function headlessEnvironment(overrides: Partial<PeerEnvironment> = {}): PeerEnvironment {
  // The polyfill's data channel makes its errors with a global that a browser has and Deno has not.
  Object.assign(globalThis, { RTCError });
  return standardEnvironment({
    RTCPeerConnection: HeadlessPeerConnection as unknown as NonNullable<PeerEnvironment['RTCPeerConnection']>,
    stunServers: 1,
    // libjuice hides its own candidates then, but checks the other's from its own address all the same.
    showsAddress: true,
    ...overrides,
  });
}

/**
 * Settles when all connections are closed in fact, or after five seconds. To be awaited before the process or the worker
 * ends: node-datachannel's threads call back into it and bring it down when it is gone.
 */
export async function headlessQuiet(): Promise<void> {
  const end = performance.now() + LONGEST_CLOSING_MS;
  do await new Promise((resolve) => setTimeout(resolve, CLOSING_MS)); while (
    busy.size > 0 && performance.now() < end
  );
  await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS));
}
