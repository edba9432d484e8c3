/** What one key period is encrypted with. Lives in memory only. */
export interface ContentKey {
  /** 16 bytes, public. */
  id: Uint8Array;
  /** 16 bytes, secret. */
  key: Uint8Array;
}
