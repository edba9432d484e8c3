/** AMF0 (Action Message Format 0, 2007): the values in RTMP commands and in metadata. */
import { ProtocolError } from './protocol-error.ts';

/** Objects, ECMA arrays and typed objects; they come without a prototype, so that `__proto__` is a name like any. */
export interface AmfObject {
  [name: string]: AmfValue;
}
export type AmfValue = number | boolean | string | null | undefined | Date | AmfObject | AmfValue[];

/** Real metadata has a depth of 3 and some 30 values. */
const maxDepth = 16;
const maxValues = 4096;

const Marker = {
  Number: 0,
  Boolean: 1,
  String: 2,
  Object: 3,
  Null: 5,
  Undefined: 6,
  EcmaArray: 8,
  ObjectEnd: 9,
  StrictArray: 10,
  Date: 11,
  LongString: 12,
  XmlDocument: 15,
  TypedObject: 16,
} as const;

/**
 * All values of a message body. Throws `ProtocolError` on truncated input, unknown markers (references and AMF3
 * among them), and beyond 16 levels or 4,096 values.
 */
export function decodeAmf0(bytes: Uint8Array): AmfValue[] {
  const reader = new Amf0Reader(bytes);
  const values: AmfValue[] = [];
  while (!reader.atEnd) values.push(reader.value(0));
  return values;
}

/** Throws `ProtocolError` for strings above 65,535 bytes: nothing that a server says is that long. */
export function encodeAmf0(...values: AmfValue[]): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  for (const value of values) encodeValue(out, value);
  return new Uint8Array(out);
}

const text = new TextDecoder();

class Amf0Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): AmfValue {
    if (depth > maxDepth) throw new ProtocolError(`amf0 value is nested deeper than ${maxDepth} levels`);
    if (++this.#count > maxValues) throw new ProtocolError(`amf0 message has more than ${maxValues} values`);
    const marker = this.#view.getUint8(this.#take(1));
    switch (marker) {
      case Marker.Number:
        return this.#view.getFloat64(this.#take(8));
      case Marker.Boolean:
        return this.#view.getUint8(this.#take(1)) !== 0;
      case Marker.String:
        return this.#string(this.#view.getUint16(this.#take(2)));
      case Marker.LongString:
      case Marker.XmlDocument:
        return this.#string(this.#view.getUint32(this.#take(4)));
      case Marker.Null:
        return null;
      case Marker.Undefined:
        return undefined;
      case Marker.EcmaArray:
        this.#take(4); // a count that many encoders get wrong; the end marker counts
        return this.#object(depth);
      case Marker.TypedObject:
        this.#string(this.#view.getUint16(this.#take(2)));
        return this.#object(depth);
      case Marker.Object:
        return this.#object(depth);
      case Marker.StrictArray:
        return this.#array(depth);
      case Marker.Date: {
        const ms = this.#view.getFloat64(this.#take(8));
        this.#take(2); // a time zone, reserved
        return new Date(ms);
      }
      default:
        throw new ProtocolError(
          `amf0 marker 0x${marker.toString(16)} at byte ${this.#at - 1} is not supported`,
        );
    }
  }

  #object(depth: number): AmfObject {
    const object: AmfObject = Object.create(null);
    while (true) {
      const name = this.#string(this.#view.getUint16(this.#take(2)));
      if (name === '' && this.#bytes[this.#at] === Marker.ObjectEnd) {
        this.#at++;
        return object;
      }
      object[name] = this.value(depth + 1);
    }
  }

  #array(depth: number): AmfValue[] {
    const count = this.#view.getUint32(this.#take(4));
    const array: AmfValue[] = [];
    for (let i = 0; i < count; i++) array.push(this.value(depth + 1));
    return array;
  }

  #string(length: number): string {
    const from = this.#take(length);
    return text.decode(this.#bytes.subarray(from, from + length));
  }

  /** Where `length` bytes begin, which are now behind us. */
  #take(length: number): number {
    const from = this.#at;
    if (length > this.#bytes.length - from) {
      throw new ProtocolError(`amf0 value needs ${length} bytes at byte ${from}, the message ends before`);
    }
    this.#at = from + length;
    return from;
  }
}

function encodeValue(out: number[], value: AmfValue): void {
  if (typeof value === 'number') {
    out.push(Marker.Number);
    pushFloat64(out, value);
  } else if (typeof value === 'boolean') {
    out.push(Marker.Boolean, value ? 1 : 0);
  } else if (typeof value === 'string') {
    out.push(Marker.String);
    pushString(out, value);
  } else if (value === null) {
    out.push(Marker.Null);
  } else if (value === undefined) {
    out.push(Marker.Undefined);
  } else if (value instanceof Date) {
    out.push(Marker.Date);
    pushFloat64(out, value.getTime());
    out.push(0, 0);
  } else if (Array.isArray(value)) {
    out.push(Marker.StrictArray, ...uint32(value.length));
    for (const item of value) encodeValue(out, item);
  } else {
    out.push(Marker.Object);
    for (const [name, item] of Object.entries(value)) {
      pushString(out, name);
      encodeValue(out, item);
    }
    out.push(0, 0, Marker.ObjectEnd);
  }
}

function pushString(out: number[], string: string): void {
  const bytes = new TextEncoder().encode(string);
  if (bytes.length > 0xffff) {
    throw new ProtocolError(`amf0 string must be at most 65535 bytes, got ${bytes.length}`);
  }
  out.push(bytes.length >> 8, bytes.length & 0xff);
  for (const byte of bytes) out.push(byte);
}

function pushFloat64(out: number[], value: number): void {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  out.push(...bytes);
}

function uint32(value: number): number[] {
  return [value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}
