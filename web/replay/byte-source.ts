/** Where the bytes of a replay come from. */
export interface ByteSource {
  /** Bytes from `start` to before `end`. Rejects when they cannot be had, or the signal aborts. */
  bytes(start: number, end: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** With media in hand, whatever peers can give is left to them; without, the edge helps. */
  relyOnPeers(on: boolean): void;
  /** What came so far, and from how many peers. */
  figures(): SourceFigures;
  stop(): void;
}

export interface SourceFigures {
  peerBytes: number;
  serverBytes: number;
  givenBytes: number;
  peers: number;
}

/** Straight from the edge, where there is no WebRTC. */
export function httpSource(url: string): ByteSource {
  let serverBytes = 0;
  return {
    async bytes(start, end, signal) {
      const answer = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` }, signal });
      if (answer.status !== 206) throw new Error(`the edge answered ${answer.status}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      serverBytes += bytes.length;
      return bytes;
    },
    relyOnPeers() {},
    figures: () => ({ peerBytes: 0, serverBytes, givenBytes: 0, peers: 0 }),
    stop() {},
  };
}
