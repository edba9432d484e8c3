/**
 * What a peer takes from its surroundings. A page gives the browser's own, the antenna and the crowd bench give
 * node-datachannel's under Deno, a test gives fakes.
 */
import type { Capability } from '../../protocol/from-peer.ts';

export interface PeerEnvironment {
  fetch: typeof globalThis.fetch;
  WebSocket: new (url: string, protocols?: string[]) => WebSocket;
  /** Absent where there is no WebRTC: the viewer then lives on the edge. */
  RTCPeerConnection?: new (configuration?: RTCConfiguration) => RTCPeerConnection;
  /** How many of the STUN servers it is given a connection asks; all unless told otherwise. libjuice asks one. */
  stunServers?: number;
  /** Connections show this peer's address even when told to use relays only: it then connects to nobody. */
  showsAddress?: boolean;
  /** `subtle` is undefined on plain http off localhost: the viewer is then `unsupported`. */
  crypto: { subtle?: SubtleCrypto; getRandomValues(bytes: Uint8Array<ArrayBuffer>): Uint8Array };
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970; only ticket expiry hangs on it. */
  wallClockMs(): number;
  random(): number;
  setTimer(delayMs: number, run: () => void): number;
  clearTimer(id: number): void;
  device: Capability['device'];
  /** The viewer pays by the byte, or asked to save data: nothing is uploaded. */
  savesData: boolean;
}

/** How Chromium tells of the connection; other browsers do not. */
interface NetworkInformation {
  saveData?: boolean;
  type?: string;
}

/** The browser's own (or Deno's, which has no WebRTC). `overrides` go over it. */
export function standardEnvironment(overrides: Partial<PeerEnvironment> = {}): PeerEnvironment {
  const { navigator } = globalThis;
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    WebSocket: globalThis.WebSocket,
    ...(globalThis.RTCPeerConnection && { RTCPeerConnection: globalThis.RTCPeerConnection }),
    crypto: globalThis.crypto,
    now: () => performance.now(),
    wallClockMs: () => Date.now(),
    random: Math.random,
    setTimer: (delayMs, run) => globalThis.setTimeout(run, delayMs) as unknown as number,
    clearTimer: (id) => globalThis.clearTimeout(id),
    device: deviceOf(navigator?.userAgent ?? ''),
    savesData: savesDataNow(),
    ...overrides,
  };
}

/** Whether the viewer pays by the byte, or asked to save data, as far as the browser tells. */
export function savesDataNow(): boolean {
  const { connection } = (globalThis.navigator ?? {}) as { connection?: NetworkInformation };
  return connection?.saveData === true || connection?.type === 'cellular';
}

/** A guess from the user agent, for matching only. */
export function deviceOf(userAgent: string): Capability['device'] {
  if (/\b(SmartTV|SMART-TV|Tizen|Web0S|webOS|HbbTV|AppleTV|GoogleTV|BRAVIA)\b/i.test(userAgent)) return 'tv';
  if (/\b(Android|iPhone|iPad|Mobile)\b/.test(userAgent)) return 'phone';
  return 'computer';
}
