/**
 * Torrent files (BEP 3) of one file, as replays have them: written, never read. Bencoding sorts keys by their bytes.
 */
import { concatBytes } from './bytes.ts';

type Value = string | number | Uint8Array | Value[] | { [key: string]: Value };

export interface TorrentInfo {
  /** File name. */
  name: string;
  /** Bytes of the file. */
  length: number;
  /** Bytes of a piece, a power of two. */
  pieceLength: number;
  /** SHA-1 of each piece, 20 bytes each, one after the other. */
  pieces: Uint8Array;
}

/** The info dictionary; its SHA-1 is the info-hash. Throws RangeError when the hashes do not fit the length. */
export function encodeInfo({ name, length, pieceLength, pieces }: TorrentInfo): Uint8Array<ArrayBuffer> {
  const count = Math.ceil(length / pieceLength);
  if (pieces.length !== 20 * count) {
    throw new RangeError(`info.pieces must be ${20 * count} bytes for ${count} pieces, got ${pieces.length}`);
  }
  return encode({ length, name, 'piece length': pieceLength, pieces });
}

/** The whole file around an info dictionary. `webSeed`: BEP 19, address of the file itself. */
export function encodeTorrent(
  info: Uint8Array,
  { announce, webSeed, createdAtS }: { announce: string; webSeed: string; createdAtS: number },
): Uint8Array<ArrayBuffer> {
  const head = encode({
    announce,
    'announce-list': [[announce]],
    'created by': 'Shoal',
    'creation date': createdAtS,
  });
  // `info` and `url-list` come last in the order of keys; the info goes in as it was hashed.
  return concatBytes(
    head.subarray(0, -1),
    encode('info'),
    info,
    encode('url-list'),
    encode([webSeed]),
    encode({}).subarray(1),
  );
}

/** Magnet link (BEP 9). `torrentUrl`: where the .torrent lies, for clients that ask nobody else for it. */
export function magnetLink(
  infoHash: string,
  about: { name: string; announce: string; webSeed: string; torrentUrl: string },
): string {
  const { name, announce, webSeed, torrentUrl } = about;
  const query = Object.entries({ dn: name, tr: announce, ws: webSeed, xs: torrentUrl })
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `magnet:?xt=urn:btih:${infoHash}&${query.join('&')}`;
}

const encoder = new TextEncoder();

function encode(value: Value): Uint8Array<ArrayBuffer> {
  if (typeof value === 'number') return encoder.encode(`i${value}e`) as Uint8Array<ArrayBuffer>;
  if (typeof value === 'string') return encode(encoder.encode(value));
  if (value instanceof Uint8Array) return concatBytes(encoder.encode(`${value.length}:`), value);
  if (Array.isArray(value)) {
    return concatBytes(encoder.encode('l'), ...value.map(encode), encoder.encode('e'));
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return concatBytes(
    encoder.encode('d'),
    ...entries.flatMap(([key, held]) => [encode(key), encode(held)]),
    encoder.encode('e'),
  );
}
