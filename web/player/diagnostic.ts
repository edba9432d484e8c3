/** A diagnostic that a viewer may paste anywhere: it holds no token, no key and no address. */
import type { PlayerState } from './player-state.ts';

export function diagnosticOf(
  state: PlayerState,
  channel: string | undefined,
  userAgent: string,
  now: Date,
): string {
  const { stats, reason, phase } = state;
  return [
    'Shoal player',
    `time: ${now.toISOString()}`,
    `channel: ${channel ?? 'none'}`,
    `state: ${phase}${reason ? ` (${reason.code})` : ''}`,
    `secure context: ${globalThis.isSecureContext ?? 'unknown'}`,
    `peers: ${stats.peers}, from peers ${stats.peerBytes} B, from servers ${stats.edgeBytes} B`,
    `stalls: ${stats.stalls}, start-up ${stats.startupMs} ms`,
    `trouble: ${withoutSecrets(state.details?.lastTrouble ?? 'none')}`,
    `browser: ${userAgent}`,
  ].join('\n');
}

/** Takes out what could be an address or a token: URLs, IP addresses, long runs of letters and digits. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .replace(/\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g, '[address]')
    .replace(/\b([0-9a-f]{0,4}:){2,}[0-9a-f]{0,4}\b/gi, '[address]')
    .replace(/[A-Za-z0-9_-]{24,}(\.[A-Za-z0-9_-]+)*/g, '[secret]');
}
