/** Walking ISO BMFF boxes (ISO/IEC 14496-12 section 4.2) of media that came through the mesh: verified, not trusted. */

/** One box within bytes: `at` is where it begins, `body` where its content does. */
export interface IsoBox {
  type: string;
  at: number;
  body: number;
  end: number;
}

/** The boxes between two offsets. Throws RangeError when their sizes do not add up. */
export function boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): IsoBox[] {
  const view = viewOf(bytes);
  const boxes: IsoBox[] = [];
  for (let at = from; at < to;) {
    if (at + 8 > to) throw new RangeError(`a box at ${at} must have 8 bytes of header`);
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) {
      throw new RangeError(`box.size at ${at} must be 8 to ${to - at}, got ${size}`);
    }
    boxes.push({ type: typeAt(bytes, at), at, body: at + 8, end: at + size });
    at += size;
  }
  return boxes;
}

/** The first box at a path such as `moof/traf`, below these. */
export function boxAt(bytes: Uint8Array, boxes: IsoBox[], path: string): IsoBox | undefined {
  const [type, ...rest] = path.split('/');
  const found = boxes.find((box) => box.type === type);
  if (!found || rest.length === 0) return found;
  return boxAt(bytes, boxesIn(bytes, found.body, found.end), rest.join('/'));
}

export function typeAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8));
}

/** Another name for a box; everything else keeps its place. */
export function rename(bytes: Uint8Array, { at }: IsoBox, type: string): void {
  for (let i = 0; i < 4; i++) bytes[at + 4 + i] = type.charCodeAt(i);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
