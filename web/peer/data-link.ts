/** A neighbour's data channel as the mesh's Link: typed messages above, BitTorrent's wire (mesh/wire) below. */
import type { Message } from '../mesh/message.ts';
import type { Link, LinkRoute } from '../mesh/seams.ts';
import { Wire } from '../mesh/wire/wire.ts';
import type { Connection } from './connection.ts';

export interface DataLinkOptions {
  /** 20 bytes. */
  infoHash: Uint8Array;
  /** Own peer id. */
  peerId: string;
  /** The other's, as introduced. */
  remotePeerId: string;
  connection: Connection;
  backbone: boolean;
  message(message: Message): void;
}

export class DataLink implements Link {
  readonly peerId: string;
  readonly backbone: boolean;
  #connection: Connection;
  #wire: Wire;
  #remotePeerId: string;

  constructor(options: DataLinkOptions) {
    const { infoHash, peerId, remotePeerId, connection, backbone, message } = options;
    this.peerId = this.#remotePeerId = remotePeerId;
    this.backbone = backbone;
    this.#connection = connection;
    this.#wire = new Wire({ infoHash, peerId }, {
      write: (chunk) => void connection.send(chunk),
      message,
      stock: () => connection.close('a stock client'),
    });
  }

  get route(): LinkRoute {
    return this.#connection.route;
  }

  get binding(): string {
    return this.#connection.binding;
  }

  get queuedBytes(): number {
    return this.#connection.queuedBytes;
  }

  /** The mesh has taken the link: handshakes go out, and what has come is read. */
  open(): void {
    this.#wire.open();
    this.#connection.listen((bytes) => this.#receive(bytes));
  }

  send(message: Message): void {
    try {
      this.#wire.send(message);
    } catch (error) {
      this.#connection.close(String(error));
    }
  }

  close(reason: string): void {
    this.#connection.close(reason);
  }

  /** Bytes of a stranger: whatever is wrong with them costs the link and nothing else. */
  #receive(bytes: Uint8Array): void {
    try {
      this.#wire.receive(bytes);
      const id = this.#wire.remotePeerId;
      if (id !== undefined && id !== this.#remotePeerId) {
        this.#connection.close('it calls itself something else');
      }
    } catch (error) {
      this.#connection.close(String(error));
    }
  }
}
