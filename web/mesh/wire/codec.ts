/**
 * The bytes of a link: BitTorrent's peer wire (BEP 3) with BEP 6's reject and BEP 10's extension protocol, over an
 * ordered, reliable channel. One codec is one side of one link.
 *
 * A stock client on the other side completes both handshakes and stays harmless: `kind` says `stock`, it is never
 * unchoked, and nothing of ours but keep-alive silence reaches it.
 */
import { equalBytes, fromBinaryString, toBinaryString } from '../../../protocol/bytes.ts';
import {
  decodeRecord,
  MAX_PIECE_BYTES,
  type PieceRecord,
  SIGNED_RECORD_BYTES,
} from '../../../protocol/record.ts';
import type { Message } from '../message.ts';
import { decodeBencode } from './bencode.ts';
import { ByteQueue } from './byte-queue.ts';
import { decodeExtension, encodeExtension, MAX_EXTENSION_BYTES, RECORD_TYPE } from './extension.ts';
import { WireOffence } from './offence.ts';

const PROTOCOL = fromBinaryString('\x13BitTorrent protocol');
const HANDSHAKE_BYTES = 68;
/** Reserved bits: extension protocol (BEP 10), fast extension (BEP 6). */
const RESERVED = Uint8Array.of(0, 0, 0, 0, 0, 0x10, 0, 0x04);
/** Under which id the other side sends us `shoal` messages. */
const OUR_EXTENSION_ID = 1;
const EXTENDED_HANDSHAKE = fromBinaryString('d1:md5:shoali1ee1:v7:Shoal 1e');
/** Longest message that is neither a piece nor ours: a stock client's bitfield. */
const MAX_OTHER_BYTES = 64 * 1024;
/** Pieces up to this go out in one buffer with their heads; longer ones uncopied behind it. */
const JOINED_BYTES = 16 * 1024;

const Id = {
  unchoke: 1,
  interested: 2,
  have: 4,
  request: 6,
  piece: 7,
  cancel: 8,
  reject: 16,
  extended: 20,
} as const;

export interface CodecOptions {
  /** 20 bytes. */
  infoHash: Uint8Array;
  /** 20 characters below 256. */
  peerId: string;
}

export class WireCodec {
  #options: CodecOptions;
  #queue = new ByteQueue();
  #remotePeerId: string | undefined;
  #remoteExtensionId = 0;
  /** A wire without the fast extension must close at a reject (BEP 6). */
  #remoteIsFast = false;
  #kind: 'unknown' | 'shoal' | 'stock' = 'unknown';
  #isOpened = false;
  #record: { record: PieceRecord; signed: Uint8Array } | undefined;

  constructor(options: CodecOptions) {
    if (options.infoHash.length !== 20) {
      throw new RangeError(`codec.infoHash must be 20 bytes, got ${options.infoHash.length}`);
    }
    if (options.peerId.length !== 20) {
      throw new RangeError(`codec.peerId must be 20 characters, got ${options.peerId.length}`);
    }
    this.#options = options;
  }

  /** `unknown` until the other side's extended handshake; `encode` works from `shoal` on. */
  get kind(): 'unknown' | 'shoal' | 'stock' {
    return this.#kind;
  }

  /** Peer id of the other side's handshake, 20 characters; undefined before. A claim until the ticket is proved. */
  get remotePeerId(): string | undefined {
    return this.#remotePeerId;
  }

  /** What to send first: both handshakes. */
  start(): Uint8Array<ArrayBuffer>[] {
    const { infoHash, peerId } = this.#options;
    const bytes = new Uint8Array(HANDSHAKE_BYTES + 6 + EXTENDED_HANDSHAKE.length);
    bytes.set(PROTOCOL);
    bytes.set(RESERVED, 20);
    bytes.set(infoHash, 28);
    bytes.set(fromBinaryString(peerId), 48);
    head(bytes, HANDSHAKE_BYTES, Id.extended, 1 + EXTENDED_HANDSHAKE.length);
    bytes.set(EXTENDED_HANDSHAKE, HANDSHAKE_BYTES + 6);
    return [bytes];
  }

  /** Takes bytes off the channel; answers the messages they complete. Throws WireOffence: close the link. */
  push(bytes: Uint8Array): Message[] {
    this.#queue.push(bytes);
    const messages: Message[] = [];
    if (this.#remotePeerId === undefined && !this.#readHandshake()) return messages;
    while (this.#queue.length >= 4) {
      const length = ((this.#queue.peek(0) << 24) | (this.#queue.peek(1) << 16) | (this.#queue.peek(2) << 8) |
        this.#queue.peek(3)) >>> 0;
      if (length === 0) {
        this.#queue.take(4);
        continue;
      }
      if (this.#queue.length < 5) break;
      checkLength(this.#queue.peek(4), length);
      if (this.#queue.length < 4 + length) break;
      this.#queue.take(4);
      const message = this.#read(this.#queue.take(length));
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  /** Chunks to send, in order. Throws when the other side is not known to be Shoal's, or a field is out of range. */
  encode(message: Message): Uint8Array<ArrayBuffer>[] {
    if (this.#kind !== 'shoal') throw new Error(`codec.kind must be shoal before ${message.type} is sent`);
    const chunks = this.#encode(message);
    if (this.#isOpened) return chunks;
    this.#isOpened = true;
    return [Uint8Array.of(0, 0, 0, 1, Id.unchoke, 0, 0, 0, 1, Id.interested), ...chunks];
  }

  #encode(message: Message): Uint8Array<ArrayBuffer>[] {
    switch (message.type) {
      case 'piece':
        return this.#encodePiece(message.frame.record.index, message.frame.signed, message.frame.bytes);
      case 'request':
        return [encodeBlock(Id.request, message.index)];
      case 'cancel':
        return [encodeBlock(Id.cancel, message.index)];
      case 'reject':
        return this.#remoteIsFast ? [encodeBlock(Id.reject, message.index)] : [];
      case 'have': {
        const bytes = new Uint8Array(9);
        head(bytes, 0, Id.have, 4);
        new DataView(bytes.buffer).setInt32(5, message.index);
        return [bytes];
      }
      default: {
        const body = encodeExtension(message);
        const bytes = new Uint8Array(6 + body.length);
        head(bytes, 0, Id.extended, 1 + body.length);
        bytes[5] = this.#remoteExtensionId;
        bytes.set(body, 6);
        return [bytes];
      }
    }
  }

  #encodePiece(index: number, signed: Uint8Array, block: Uint8Array): Uint8Array<ArrayBuffer>[] {
    if (block.length === 0 || block.length > MAX_PIECE_BYTES) {
      throw new RangeError(`piece.length must be 1 to ${MAX_PIECE_BYTES} bytes, got ${block.length}`);
    }
    const heads = 7 + SIGNED_RECORD_BYTES + 13;
    const isJoined = block.length <= JOINED_BYTES;
    const bytes = new Uint8Array(heads + (isJoined ? block.length : 0));
    const view = new DataView(bytes.buffer);
    head(bytes, 0, Id.extended, 2 + SIGNED_RECORD_BYTES);
    bytes[5] = this.#remoteExtensionId;
    bytes[6] = RECORD_TYPE;
    bytes.set(signed, 7);
    head(bytes, 7 + SIGNED_RECORD_BYTES, Id.piece, 8 + block.length);
    view.setInt32(heads - 8, index);
    if (!isJoined) return [bytes, block as Uint8Array<ArrayBuffer>];
    bytes.set(block, heads);
    return [bytes];
  }

  #readHandshake(): boolean {
    for (let i = 0; i < Math.min(PROTOCOL.length, this.#queue.length); i++) {
      if (this.#queue.peek(i) !== PROTOCOL[i]) {
        throw new WireOffence("handshake.protocol must be BitTorrent's");
      }
    }
    if (this.#queue.length < HANDSHAKE_BYTES) return false;
    const bytes = this.#queue.take(HANDSHAKE_BYTES);
    if (!equalBytes(bytes.subarray(28, 48), this.#options.infoHash)) {
      throw new WireOffence('handshake.infoHash is of another torrent');
    }
    this.#remotePeerId = toBinaryString(bytes.subarray(48));
    this.#remoteIsFast = (bytes[27]! & 0x04) !== 0;
    if ((bytes[25]! & 0x10) === 0) this.#kind = 'stock';
    return true;
  }

  #read(body: Uint8Array): Message | undefined {
    const id = body[0]!;
    if (id === Id.extended) return this.#readExtended(body.subarray(1));
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    switch (id) {
      case Id.piece:
        return this.#readPiece(view.getInt32(1), view.getUint32(5), body.subarray(9));
      case Id.request:
        return { type: 'request', index: view.getInt32(1) };
      case Id.cancel:
        return { type: 'cancel', index: view.getInt32(1) };
      case Id.reject:
        return { type: 'reject', index: view.getInt32(1) };
      case Id.have:
        return { type: 'have', index: view.getInt32(1) };
      default:
        return undefined;
    }
  }

  #readExtended(body: Uint8Array): Message | undefined {
    if (body.length === 0) throw new WireOffence('extended.id is missing');
    if (body[0] === 0) {
      this.#readExtendedHandshake(body.subarray(1));
      return undefined;
    }
    if (body[0] !== OUR_EXTENSION_ID) return undefined;
    if (body[1] !== RECORD_TYPE || body.length !== 2 + SIGNED_RECORD_BYTES) {
      return decodeExtension(body.subarray(1));
    }
    const signed = body.slice(2);
    try {
      this.#record = { record: decodeRecord(signed), signed };
    } catch (error) {
      throw new WireOffence((error as Error).message);
    }
    return undefined;
  }

  /** A later handshake may change ids (BEP 10), never our kind of peer back into a stock one. */
  #readExtendedHandshake(body: Uint8Array): void {
    let value;
    try {
      value = decodeBencode(body);
    } catch (error) {
      throw new WireOffence(`extended handshake: ${(error as Error).message}`);
    }
    const names = value instanceof Map ? value.get('m') : undefined;
    const id = names instanceof Map ? names.get('shoal') : undefined;
    if (typeof id === 'number' && id > 0 && id < 256) {
      this.#remoteExtensionId = id;
      this.#kind = 'shoal';
    } else if (this.#kind === 'unknown') this.#kind = 'stock';
  }

  #readPiece(index: number, begin: number, block: Uint8Array): Message | undefined {
    if (this.#kind !== 'shoal') return undefined;
    const announced = this.#record;
    this.#record = undefined;
    if (announced?.record.index !== index) throw new WireOffence('piece must follow its record');
    if (begin !== 0) throw new WireOffence(`piece.begin must be 0, got ${begin}`);
    return { type: 'piece', frame: { ...announced, bytes: block } };
  }
}

function head(bytes: Uint8Array, at: number, id: number, bodyLength: number): void {
  new DataView(bytes.buffer).setUint32(at, 1 + bodyLength);
  bytes[at + 4] = id;
}

/** request, cancel, reject: index, begin 0, length: the most that a piece can have. */
function encodeBlock(id: number, index: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(17);
  head(bytes, 0, id, 12);
  const view = new DataView(bytes.buffer);
  view.setInt32(5, index);
  view.setUint32(13, MAX_PIECE_BYTES);
  return bytes;
}

function checkLength(id: number, length: number): void {
  switch (id) {
    case Id.piece:
      return requireLength('piece', length, 9, 9 + MAX_PIECE_BYTES);
    case Id.request:
    case Id.cancel:
    case Id.reject:
      return requireLength('request, cancel or reject', length, 13, 13);
    case Id.have:
      return requireLength('have', length, 5, 5);
    case Id.extended:
      return requireLength('extended message', length, 2, 1 + MAX_EXTENSION_BYTES);
    default:
      return requireLength('message', length, 1, MAX_OTHER_BYTES);
  }
}

function requireLength(name: string, length: number, least: number, most: number): void {
  if (length < least || length > most) {
    throw new WireOffence(`${name} must be ${least} to ${most} bytes long, got ${length}`);
  }
}
