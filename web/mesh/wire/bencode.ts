/** Bencoding (BEP 3), as much as the extended handshake (BEP 10) needs: reading, within bounds. */
export type Bencoded = number | Uint8Array | Bencoded[] | Map<string, Bencoded>;

const MAX_DEPTH = 8;

/** Reads one value; what follows it is ignored. Throws RangeError on anything malformed. */
export function decodeBencode(bytes: Uint8Array): Bencoded {
  let at = 0;

  function number(end: number): number {
    const from = at;
    while (at < bytes.length && bytes[at] !== end) at++;
    if (at >= bytes.length || at - from > 16) throw new RangeError('bencode.number has no end');
    const text = String.fromCharCode(...bytes.subarray(from, at++));
    if (!/^-?\d+$/.test(text)) throw new RangeError('bencode.number must be digits');
    return Number(text);
  }

  function string(): Uint8Array {
    const length = number(58);
    if (length < 0 || at + length > bytes.length) {
      throw new RangeError('bencode.string is longer than the message');
    }
    return bytes.subarray(at, at += length);
  }

  function value(depth: number): Bencoded {
    if (depth > MAX_DEPTH) throw new RangeError(`bencode.depth must be at most ${MAX_DEPTH}`);
    const kind = bytes[at];
    if (kind === 105) {
      at++;
      return number(101);
    }
    if (kind === 108) {
      const list: Bencoded[] = [];
      for (at++; bytes[at] !== 101;) list.push(value(depth + 1));
      at++;
      return list;
    }
    if (kind === 100) {
      const map = new Map<string, Bencoded>();
      for (at++; bytes[at] !== 101;) {
        const key = String.fromCharCode(...string().subarray(0, 64));
        map.set(key, value(depth + 1));
      }
      at++;
      return map;
    }
    if (kind !== undefined && kind >= 48 && kind <= 57) return string();
    throw new RangeError('bencode.value must begin with i, l, d or a digit');
  }

  return value(0);
}
