/**
 * The `shoal` extension (BEP 10): one byte of type, then the body, big-endian. Pieces, requests, cancels and rejects
 * are BitTorrent's own messages (codec.ts); everything else is here.
 *
 * | type | message | body |
 * |---|---|---|
 * | 1 | hello | upload kbps u32, ticket, nonce, number of tracks u8, tracks u8 each |
 * | 2 | proof | signature |
 * | 3 | ticket | ticket |
 * | 4 | state | clock ms u32, spare kbps u32, number of tracks u8; each: track u8, base u32, length of bits u16, number of lags u8, bits, lags |
 * | 5 | subscribe | track u8, substream u8, since u32, flags u8: 1 orphan, 2 lonely |
 * | 6 | unsubscribe | track u8, substream u8 |
 * | 7 | subscribed | track u8, substream u8, accepted u8 |
 * | 8 | path | track u8, substream u8, hops u8, tags u32 each |
 * | 9 | record | signed record; the native `piece` of the same index follows |
 * | 10 | peers | number u8, peer ids of 20 bytes |
 * | 11 | relay | to, from: peer ids of 20 bytes; payload UTF-8 |
 * | 12 | goodbye | |
 */
import { fromBinaryString, toBinaryString } from '../../../protocol/bytes.ts';
import { SIGNATURE_BYTES, SIGNED_RECORD_BYTES } from '../../../protocol/record.ts';
import { TICKET_BYTES } from '../../../protocol/ticket.ts';
import { NONCE_BYTES } from '../handshake.ts';
import type { Message, TrackState } from '../message.ts';
import { MAX_PATH } from '../tuning.ts';
import { WireOffence } from './offence.ts';

export const RECORD_TYPE = 9;
/** Longest extension message, without its length prefix. */
export const MAX_EXTENSION_BYTES = 64 * 1024;
const PEER_ID_BYTES = 20;

type Extended = Exclude<Message, { type: 'piece' | 'request' | 'cancel' | 'reject' | 'have' }>;

/** Type and body. */
export function encodeExtension(message: Extended): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  switch (message.type) {
    case 'hello':
      writer.u8(1).u32(clamp(message.uploadKbps)).bytes(message.ticket).bytes(message.nonce);
      writer.u8(message.tracks.length);
      for (const track of message.tracks) writer.u8(track);
      break;
    case 'proof':
      writer.u8(2).bytes(message.signature);
      break;
    case 'ticket':
      writer.u8(3).bytes(message.ticket);
      break;
    case 'state':
      writer.u8(4).u32(clamp(message.clockMs)).u32(clamp(message.spareKbps)).u8(message.tracks.length);
      for (const { track, base, bits, lags } of message.tracks) {
        writer.u8(track).u32(base).u16(bits.length).u8(lags.length).bytes(bits).bytes(lags);
      }
      break;
    case 'subscribe':
      writer.u8(5).u8(message.track).u8(message.substream).u32(message.since)
        .u8((message.orphan ? 1 : 0) | (message.lonely ? 2 : 0));
      break;
    case 'unsubscribe':
      writer.u8(6).u8(message.track).u8(message.substream);
      break;
    case 'subscribed':
      writer.u8(7).u8(message.track).u8(message.substream).u8(message.accepted ? 1 : 0);
      break;
    case 'path':
      writer.u8(8).u8(message.track).u8(message.substream).u8(message.path.length);
      for (const tag of message.path) writer.u32(tag);
      break;
    case 'peers':
      writer.u8(10).u8(message.peerIds.length);
      for (const peerId of message.peerIds) writer.bytes(fromBinaryString(peerId));
      break;
    case 'relay':
      writer.u8(11).bytes(fromBinaryString(message.to)).bytes(fromBinaryString(message.from));
      writer.bytes(new TextEncoder().encode(message.payload));
      break;
    case 'goodbye':
      writer.u8(12);
      break;
  }
  return writer.done();
}

/** Reads type and body, record messages excepted. Undefined for a type of a later version; throws WireOffence. */
export function decodeExtension(bytes: Uint8Array): Extended | undefined {
  const reader = new Reader(bytes);
  const message = read(reader);
  if (message !== undefined && reader.left > 0) {
    throw new WireOffence(`${message.type} is longer than it must be`);
  }
  return message;
}

function read(reader: Reader): Extended | undefined {
  switch (reader.u8()) {
    case 1: {
      const uploadKbps = reader.u32();
      const ticket = reader.bytes(TICKET_BYTES);
      const nonce = reader.bytes(NONCE_BYTES);
      return {
        type: 'hello',
        uploadKbps,
        ticket,
        nonce,
        tracks: [...reader.bytes(reader.atMost(16, 'hello.tracks'))],
      };
    }
    case 2:
      return { type: 'proof', signature: reader.bytes(SIGNATURE_BYTES) };
    case 3:
      return { type: 'ticket', ticket: reader.bytes(TICKET_BYTES) };
    case 4: {
      const clockMs = reader.u32();
      const spareKbps = reader.u32();
      const tracks: TrackState[] = [];
      for (let left = reader.atMost(16, 'state.tracks'); left > 0; left--) {
        const track = reader.atMost(15, 'state.track');
        const base = reader.u32() | 0;
        const length = reader.u16();
        const lags = reader.atMost(8, 'state.lags');
        if (length > 2048) throw new WireOffence(`state.bits must be at most 2048 bytes, got ${length}`);
        tracks.push({ track, base, bits: reader.bytes(length), lags: reader.bytes(lags) });
      }
      return { type: 'state', clockMs, spareKbps, tracks };
    }
    case 5: {
      const [track, substream, since, flags] = [reader.u8(), reader.u8(), reader.u32() | 0, reader.u8()];
      return { type: 'subscribe', track, substream, since, orphan: (flags & 1) > 0, lonely: (flags & 2) > 0 };
    }
    case 6:
      return { type: 'unsubscribe', track: reader.u8(), substream: reader.u8() };
    case 7:
      return { type: 'subscribed', track: reader.u8(), substream: reader.u8(), accepted: reader.u8() === 1 };
    case 8: {
      const track = reader.u8();
      const substream = reader.u8();
      const path: number[] = [];
      for (let left = reader.atMost(MAX_PATH, 'path.hops'); left > 0; left--) path.push(reader.u32() | 0);
      return { type: 'path', track, substream, path };
    }
    case 10: {
      const peerIds: string[] = [];
      for (let left = reader.atMost(64, 'peers.number'); left > 0; left--) {
        peerIds.push(toBinaryString(reader.bytes(PEER_ID_BYTES)));
      }
      return { type: 'peers', peerIds };
    }
    case 11: {
      const to = toBinaryString(reader.bytes(PEER_ID_BYTES));
      const from = toBinaryString(reader.bytes(PEER_ID_BYTES));
      return { type: 'relay', to, from, payload: new TextDecoder().decode(reader.bytes(reader.left)) };
    }
    case 12:
      return { type: 'goodbye' };
    case RECORD_TYPE:
      throw new WireOffence(`record must be ${SIGNED_RECORD_BYTES} bytes`);
    default:
      reader.bytes(reader.left);
      return undefined;
  }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(0xffffffff, Math.floor(value)));
}

class Writer {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  u8(value: number): this {
    // First: it may put another buffer in the place of the full one.
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at);
  }

  #room(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

class Reader {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4));
  }

  bytes(count: number): Uint8Array {
    const at = this.#step(count);
    return this.#bytes.slice(at, at + count);
  }

  atMost(most: number, field: string): number {
    const value = this.u8();
    if (value > most) throw new WireOffence(`${field} must be at most ${most}, got ${value}`);
    return value;
  }

  #step(count: number): number {
    if (this.left < count) throw new WireOffence(`message ends ${count - this.left} bytes early`);
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
