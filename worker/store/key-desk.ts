/** What the Directory knows of tokens: its own signing keys and other issuers, as the Workers ask for them. */
import { toHex } from '../../protocol/bytes.ts';
import type { KeySet } from '../access/key-set.ts';
import { publicJwk } from '../access/token-signer.ts';
import type { Sql } from './channel-book.ts';
import { IssuerBook } from './issuers.ts';
import { SigningKeyBook, type SigningKeyRow } from './signing-keys.ts';

export class KeyDesk {
  readonly issuers: IssuerBook;
  #keys: SigningKeyBook;
  #secret: string;

  constructor(sql: Sql, secret: string) {
    this.#keys = new SigningKeyBook(sql);
    this.issuers = new IssuerBook(sql);
    this.#secret = secret;
  }

  list(nowMs: number): SigningKeyRow[] {
    return this.#keys.list(nowMs, newId);
  }

  rotate(nowMs: number, overlapMs: number): SigningKeyRow[] {
    return this.#keys.rotate(nowMs, overlapMs, newId);
  }

  revoke(id: string): boolean {
    return this.#keys.revoke(id);
  }

  async keySet(nowMs: number): Promise<KeySet> {
    const keys = await Promise.all(this.list(nowMs).map(({ id }) => publicJwk(this.#secret, id)));
    return { keys, issuers: this.issuers.list() };
  }
}

function newId(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(8)));
}
