/** The part of a peer id that differs. */
export function shortId(peerId: string): string {
  return peerId.startsWith('-SH') ? peerId.slice(8) : peerId;
}
