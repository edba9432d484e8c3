/** For tests: reads ISO BMFF boxes back, without the code that wrote them. */
export interface ReadBox {
  type: string;
  /** Without size and type. */
  body: Uint8Array;
  children: ReadBox[];
}

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'mvex', 'moof', 'traf', 'dinf']);

/** Throws when the sizes do not add up. */
export function readBoxes(bytes: Uint8Array): ReadBox[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: ReadBox[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > bytes.length) throw new RangeError(`box at ${at} has a bad size, ${size}`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const body = bytes.subarray(at + 8, at + size);
    boxes.push({ type, body, children: CONTAINERS.has(type) ? readBoxes(body) : [] });
    at += size;
  }
  return boxes;
}

/** The box at a path such as `moof/traf/tfdt`; throws when there is none. */
export function findBox(boxes: ReadBox[], path: string): ReadBox {
  const [type, ...rest] = path.split('/');
  const found = boxes.find((one) => one.type === type);
  if (!found) throw new Error(`there is no ${type}, only ${boxes.map((one) => one.type)}`);
  return rest.length > 0 ? findBox(found.children, rest.join('/')) : found;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
