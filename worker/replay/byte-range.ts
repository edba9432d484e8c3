/** Range requests (RFC 9110 section 14) for one range of bytes; what asks for more gets the whole. */

export interface ByteRange {
  start: number;
  /** Past the last byte. */
  end: number;
}

/** `unsatisfiable`: it lies past the end. Undefined: no range, or one that is to be passed over. */
export function parseRange(
  header: string | undefined,
  length: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match) return undefined;
  const [, from, to] = match as unknown as [string, string, string];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const last = Number(to);
    return last === 0 ? 'unsatisfiable' : { start: Math.max(0, length - last), end: length };
  }
  const start = Number(from);
  const end = to === '' ? length : Math.min(length, Number(to) + 1);
  if (to !== '' && Number(to) < start) return undefined;
  return start >= length ? 'unsatisfiable' : { start, end };
}
