/**
 * How the media of a protected broadcast is opened: by the browser (EME ClearKey), or, where it has none, here in the
 * page by WebCrypto. Both take their keys from the same ring.
 */
import type { Broadcast } from '../../../protocol/broadcast.ts';
import type { DrmScheme } from '../../../protocol/keys.ts';
import { ChunkCipher } from '../decrypt/chunk-cipher.ts';
import { clearInit, type TrackCipher } from '../decrypt/clear-init.ts';
import { decryptUnit } from '../decrypt/decrypt-unit.ts';
import type { KeyRing } from '../keys/key-ring.ts';

export const CLEAR_KEY = 'org.w3.clearkey';

/** `auto`: EME where it can, else the page. */
export type Decryption = 'auto' | 'eme' | 'page';

export interface Protection {
  scheme: DrmScheme;
  by: 'eme' | 'page';
  ring: KeyRing;
}

/** Undefined for a broadcast in clear. Throws when it is protected and nobody gives keys. */
export async function protectionOf(
  broadcast: Broadcast,
  ring: KeyRing | undefined,
  decryption: Decryption,
): Promise<Protection | undefined> {
  const { drm: scheme } = broadcast;
  if (scheme === undefined) return undefined;
  if (!ring) throw new Error('the broadcast is protected and there is nobody to ask for keys');
  const by = decryption === 'auto' ? await hasClearKey(broadcast, scheme) ? 'eme' : 'page' : decryption;
  return { scheme, by, ring };
}

async function hasClearKey({ tracks }: Broadcast, scheme: DrmScheme): Promise<boolean> {
  const capabilities = (kind: 'video' | 'audio') =>
    tracks.filter((track) => track.kind === kind).slice(0, 1).map(({ codec }) => ({
      contentType: `${kind}/mp4; codecs="${codec}"`,
      encryptionScheme: scheme,
    }));
  const [videoCapabilities, audioCapabilities] = [capabilities('video'), capabilities('audio')];
  try {
    const access = await navigator.requestMediaKeySystemAccess(CLEAR_KEY, [{
      initDataTypes: ['cenc'],
      ...(videoCapabilities.length > 0 && { videoCapabilities }),
      ...(audioCapabilities.length > 0 && { audioCapabilities }),
    }]);
    // A browser that does not know the field leaves it out, and may or may not know the scheme.
    const { videoCapabilities: video, audioCapabilities: audio } = access.getConfiguration();
    return [...video ?? [], ...audio ?? []].every(({ encryptionScheme }) => encryptionScheme === scheme);
  } catch {
    return false;
  }
}

/** Init segments made clear, and what their samples are opened with. One a load. */
export class PageDecryption {
  readonly #ring: KeyRing;
  #ciphers = new Map<string, TrackCipher | undefined>();
  #chunks = new Map<string, Promise<ChunkCipher>>();

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The init segment as Shaka and the browser get it. */
  init(track: number, initSegment: number, init: Uint8Array): Uint8Array<ArrayBuffer> {
    const { bytes, cipher } = clearInit(init);
    this.#ciphers.set(`${track}/${initSegment}`, cipher);
    return bytes;
  }

  /** The unit's bytes, opened as they come. `init` must have been asked for before. */
  async *open(
    track: number,
    initSegment: number,
    parts: AsyncIterable<Uint8Array<ArrayBuffer>>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const cipher = this.#ciphers.get(`${track}/${initSegment}`);
    if (!cipher) return yield* parts;
    yield* decryptUnit(parts, await this.#chunkCipher(`${track}/${initSegment}`, cipher));
  }

  #chunkCipher(name: string, cipher: TrackCipher): Promise<ChunkCipher> {
    let made = this.#chunks.get(name);
    if (!made) {
      made = this.#ring.key(cipher.keyId).then((key) => new ChunkCipher(cipher, key));
      this.#chunks.set(name, made);
    }
    return made;
  }
}
