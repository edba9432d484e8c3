/**
 * The peer's key pair and its checks: Ed25519 (RFC 8032) and SHA-256 by WebCrypto. Where the browser's WebCrypto
 * knows no Ed25519, a JavaScript implementation is loaded, and only then.
 */
import { peerIdFor } from '../../protocol/ticket.ts';
import type { PeerEnvironment } from './environment.ts';

export interface PeerCrypto {
  /** The peer's own public key, 32 bytes, made anew for each visit. */
  readonly publicKey: Uint8Array;
  /** The peer id that goes with it. */
  readonly peerId: string;
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /** False as well when key or signature are malformed. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** By the peer's own key. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Keys that are kept imported: the broadcast's, the edge's, and the neighbours'. */
const MOST_IMPORTED_KEYS = 64;

/** Undefined where there is no WebCrypto at all: plain http on a host other than localhost. */
export async function makePeerCrypto(crypto: PeerEnvironment['crypto']): Promise<PeerCrypto | undefined> {
  const { subtle } = crypto;
  if (!subtle) return undefined;
  const sha256 = async (bytes: Uint8Array) => new Uint8Array(await subtle.digest('SHA-256', plain(bytes)));
  const signer = await nativeSigner(subtle) ?? await loadedSigner();
  return { ...signer, sha256, peerId: peerIdFor(await sha256(signer.publicKey)) };
}

type Signer = Pick<PeerCrypto, 'publicKey' | 'verify' | 'sign'>;

async function nativeSigner(subtle: SubtleCrypto): Promise<Signer | undefined> {
  let pair: CryptoKeyPair;
  try {
    pair = await subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']) as CryptoKeyPair;
  } catch {
    return undefined;
  }
  const imported = new Map<string, Promise<CryptoKey>>();
  const keyFor = (publicKey: Uint8Array) => {
    const name = publicKey.join();
    let key = imported.get(name);
    if (!key) {
      if (imported.size >= MOST_IMPORTED_KEYS) imported.delete(imported.keys().next().value!);
      key = subtle.importKey('raw', plain(publicKey), { name: 'Ed25519' }, false, ['verify']);
      imported.set(name, key);
    }
    return key;
  };
  return {
    publicKey: new Uint8Array(await subtle.exportKey('raw', pair.publicKey)),
    async verify(publicKey, message, signature) {
      try {
        return await subtle.verify('Ed25519', await keyFor(publicKey), plain(signature), plain(message));
      } catch {
        return false;
      }
    },
    sign: async (message) => new Uint8Array(await subtle.sign('Ed25519', pair.privateKey, plain(message))),
  };
}

async function loadedSigner(): Promise<Signer> {
  const ed25519 = await import('@noble/ed25519');
  const { secretKey, publicKey } = await ed25519.keygenAsync();
  return {
    publicKey,
    async verify(key, message, signature) {
      try {
        return await ed25519.verifyAsync(signature, message, key);
      } catch {
        return false;
      }
    },
    sign: (message) => ed25519.signAsync(message, secretKey),
  };
}

/** WebCrypto's types take no view of a shared buffer; none of ours is one. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
