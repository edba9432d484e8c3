/** A socket to a tracker that counts what goes through it, both ways. */

/** Bytes of text frames' payloads, of all sockets that share it. */
export interface Tally {
  bytes: number;
}

export class CrowdSocket {
  onMessage: (message: Record<string, unknown>) => void = () => {};
  /** Takes a frame instead of `onMessage` when it answers true: what is only counted need not be parsed. */
  onText: (text: string) => boolean = () => false;
  #socket: WebSocket;
  #tally: Tally;

  private constructor(socket: WebSocket, tally: Tally) {
    this.#socket = socket;
    this.#tally = tally;
    socket.onmessage = ({ data }) => {
      tally.bytes += (data as string).length;
      if (!this.onText(data as string)) this.onMessage(JSON.parse(data as string));
    };
  }

  static open(url: string, tally: Tally): Promise<CrowdSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve(new CrowdSocket(socket, tally));
      socket.onerror = () => reject(new Error(`${url}: the socket was refused`));
    });
  }

  send(text: string): void {
    this.#tally.bytes += text.length;
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.onmessage = null;
    this.#socket.close();
  }
}

/** Opens many, a few at a time. */
export async function openMany(urls: string[], tally: Tally, atOnce = 32): Promise<CrowdSocket[]> {
  const sockets: CrowdSocket[] = [];
  for (let at = 0; at < urls.length; at += atOnce) {
    sockets.push(
      ...await Promise.all(urls.slice(at, at + atOnce).map((url) => CrowdSocket.open(url, tally))),
    );
  }
  return sockets;
}
