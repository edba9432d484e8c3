/** Writing ISO BMFF boxes (ISO/IEC 14496-12 section 4.2): big-endian numbers and boxes around them. */
import { concatBytes } from '../../protocol/bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** One box; its length is worked out. `type` is four ASCII characters. */
export function box(type: string, ...parts: Uint8Array[]): Bytes {
  const body = concatBytes(new Uint8Array(8), ...parts);
  new DataView(body.buffer).setUint32(0, body.length);
  body.set(ascii(type), 4);
  return body;
}

/** A box with version and flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: Uint8Array[]): Bytes {
  return box(type, u32((version << 24) | flags), ...parts);
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function u8(...values: number[]): Bytes {
  return Uint8Array.from(values);
}

export function u16(...values: number[]): Bytes {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint16(2 * i, value));
  return bytes;
}

export function u32(...values: number[]): Bytes {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return bytes;
}

/** A whole number up to 2^53 in eight bytes. */
export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function zeros(count: number): Bytes {
  return new Uint8Array(count);
}
