/**
 * What a CDM makes its license request from (ISO/IEC 23001-7 section 8.1): the key id in the form of each key system.
 * Without the two others' headers a license proxy would have nothing to ask with.
 */
import { fromHex } from '../../../protocol/bytes.ts';
import { fullBox, u32 } from '../box.ts';

/** The common system of W3C's "cenc" Initialization Data Format: what EME ClearKey reads. */
const COMMON = fromHex('1077efecc0b24d02ace33c1e52e2fb4b')!;
const WIDEVINE = fromHex('edef8ba979d64acea3c827dcd51d21ed')!;
const PLAYREADY = fromHex('9a04f07998404286ab92e65be0885f95')!;

/** All `pssh` boxes of a track with this key. */
export function psshBoxes(keyId: Uint8Array): Uint8Array[] {
  const system = (id: Uint8Array, data: Uint8Array) => fullBox('pssh', 0, 0, id, u32(data.length), data);
  return [
    fullBox('pssh', 1, 0, COMMON, u32(1), keyId, u32(0)),
    system(WIDEVINE, Uint8Array.of(0x08, 0x01, 0x12, keyId.length, ...keyId)),
    system(PLAYREADY, playReadyObject(keyId)),
  ];
}

/** A PlayReady Object with one WRM header (version 4.3), which holds nothing but the key id. */
function playReadyObject(keyId: Uint8Array): Uint8Array {
  const xml =
    '<WRMHEADER xmlns="http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader" version="4.3.0.0">' +
    `<DATA><PROTECTINFO><KIDS><KID VALUE="${btoa(String.fromCharCode(...asGuid(keyId)))}"></KID></KIDS>` +
    '</PROTECTINFO></DATA></WRMHEADER>';
  const header = new Uint8Array(10 + 2 * xml.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, header.length, true);
  view.setUint16(4, 1, true);
  view.setUint16(6, 1, true);
  view.setUint16(8, 2 * xml.length, true);
  for (let i = 0; i < xml.length; i++) view.setUint16(10 + 2 * i, xml.charCodeAt(i), true);
  return header;
}

/** The first three fields of a GUID are little-endian. */
function asGuid(id: Uint8Array): number[] {
  const at = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return at.map((from) => id[from]!);
}
