/**
 * The API's client is typed by worker/app.ts, whose types reach as far as the objects: workerd's types stand beside the
 * DOM's in this room's type check. This is what they cannot add to the DOM's of the same name.
 */
interface CacheStorage {
  readonly default: Cache;
}
interface SubtleCrypto {
  importKey(
    format: 'raw',
    key: Uint8Array,
    algorithm: string,
    extractable: boolean,
    uses: KeyUsage[],
  ): Promise<CryptoKey>;
  sign(algorithm: string, key: CryptoKey, data: Uint8Array): Promise<ArrayBuffer>;
  verify(algorithm: string, key: CryptoKey, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}
