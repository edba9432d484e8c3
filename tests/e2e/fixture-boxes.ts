/** The few ISO BMFF boxes (ISO/IEC 14496-12) that the fixture has to look into. */

export interface Box {
  type: string;
  bytes: Uint8Array;
}

export function boxesOf(bytes: Uint8Array): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({ type, bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return boxes;
}

/** A child of a plain container box. */
export function childOf(box: Uint8Array, type: string): Uint8Array {
  const child = boxesOf(box.subarray(8)).find((each) => each.type === type);
  if (!child) throw new Error(`the box has no ${type}`);
  return child.bytes;
}

/** baseMediaDecodeTime of a moof. */
export function readTfdt(moof: Uint8Array): number {
  const tfdt = childOf(childOf(moof, 'traf'), 'tfdt');
  const view = new DataView(tfdt.buffer, tfdt.byteOffset, tfdt.byteLength);
  return tfdt[8] === 1 ? Number(view.getBigUint64(12)) : view.getUint32(12);
}

/** A copy of the moof, later by `ticks`. */
export function shiftTfdt(moof: Uint8Array, ticks: number): Uint8Array<ArrayBuffer> {
  const copy = moof.slice();
  const tfdt = childOf(childOf(copy, 'traf'), 'tfdt');
  const view = new DataView(tfdt.buffer, tfdt.byteOffset, tfdt.byteLength);
  if (tfdt[8] === 1) view.setBigUint64(12, view.getBigUint64(12) + BigInt(ticks));
  else view.setUint32(12, view.getUint32(12) + ticks);
  return copy;
}

/** Whether the first sample of a traf is a sync sample, by trun's first-sample flags or its sample flags. */
export function isSyncChunk(traf: Uint8Array): boolean {
  const NON_SYNC = 0x10000;
  const trun = childOf(traf, 'trun');
  const trunView = new DataView(trun.buffer, trun.byteOffset, trun.byteLength);
  const flags = trunView.getUint32(8) & 0xffffff;
  let at = 16 + (flags & 1 ? 4 : 0);
  if (flags & 4) return (trunView.getUint32(at) & NON_SYNC) === 0;
  if (flags & 0x400) {
    at += (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0);
    return (trunView.getUint32(at) & NON_SYNC) === 0;
  }
  const tfhd = childOf(traf, 'tfhd');
  const view = new DataView(tfhd.buffer, tfhd.byteOffset, tfhd.byteLength);
  const tfhdFlags = view.getUint32(8) & 0xffffff;
  let field = 16;
  for (const [flag, size] of [[1, 8], [2, 4], [8, 4], [16, 4]] as const) if (tfhdFlags & flag) field += size;
  return (tfhdFlags & 0x20) !== 0 && (view.getUint32(field) & NON_SYNC) === 0;
}
