/** Closed caption bytes of a video frame (ANSI/SCTE 128 section 8.1, ATSC A/53 part 4 section 6.2.3). */

const COUNTRY_US = 0xb5;
const PROVIDER_ATSC = 0x31;
const GA94 = 0x47413934;
const TYPE_CC_DATA = 3;
const PROCESS_FLAG = 0x40;
const VALID_FLAG = 4;
const FIELD_1 = 0;

/** The byte pairs of field 1 in a T.35 message; none when it is not of captions, or cut short. */
export function fieldOnePairs(message: Uint8Array): [number, number][] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const pairs: [number, number][] = [];
  if (
    message.length < 10 || view.getUint8(0) !== COUNTRY_US || view.getUint16(1) !== PROVIDER_ATSC ||
    view.getUint32(3) !== GA94 || view.getUint8(7) !== TYPE_CC_DATA
  ) return pairs;
  const flags = view.getUint8(8);
  if ((flags & PROCESS_FLAG) === 0) return pairs;
  const end = Math.min(message.length - 2, 10 + 3 * (flags & 0x1f));
  for (let at = 10; at < end; at += 3) {
    const marker = message[at]!;
    if ((marker & VALID_FLAG) !== 0 && (marker & 3) === FIELD_1) {
      pairs.push([message[at + 1]!, message[at + 2]!]);
    }
  }
  return pairs;
}
