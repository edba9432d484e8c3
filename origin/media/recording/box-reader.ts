/** Reading ISO BMFF boxes that this origin wrote itself (ISO/IEC 14496-12 section 4.2). */

export interface BoxSpan {
  type: string;
  /** Where the box begins, and where its content does. */
  start: number;
  body: number;
  end: number;
}

/** The boxes between two places, one after the other. Throws RangeError when a length does not fit. */
export function boxesIn(bytes: Uint8Array, from = 0, until = bytes.length): BoxSpan[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: BoxSpan[] = [];
  for (let start = from; start < until;) {
    const size = until - start < 8 ? 0 : view.getUint32(start);
    if (size < 8 || start + size > until) {
      throw new RangeError(`box.size must be from 8 to ${until - start} bytes, got ${size}`);
    }
    const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    found.push({ type, start, body: start + 8, end: start + size });
    start += size;
  }
  return found;
}

/** The first box along a path of types, as `['moov', 'trak', 'tkhd']`. */
export function boxAt(
  bytes: Uint8Array,
  path: string[],
  from = 0,
  until = bytes.length,
): BoxSpan | undefined {
  const [type, ...rest] = path;
  const found = boxesIn(bytes, from, until).find((one) => one.type === type);
  return found && rest.length > 0 ? boxAt(bytes, rest, found.body, found.end) : found;
}
