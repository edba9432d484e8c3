/**
 * Whether a worker is alive, by what it says: it tells its figures every two seconds at the least. No browser
 * says that a worker was killed, or ran out of memory, or hangs.
 *
 * It counts looks and not time: in a page that is hidden or frozen timers and messages are late alike.
 */

/** A look is due so often. */
export const LOOK_EVERY_MS = 1000;
/** So many looks in a row that found nothing said: dead. */
const SILENT_LOOKS = 4;

export class Pulse {
  #heard = false;
  #silentLooks = 0;
  #faulty = false;

  /** It said something. After a fault only media shows that it still does its work. */
  hear(isMedia: boolean): void {
    if (isMedia) this.#faulty = false;
    if (!this.#faulty) this.#heard = true;
  }

  /** Something in it threw that nothing caught. */
  fault(): void {
    this.#faulty = true;
  }

  /** Call it every LOOK_EVERY_MS. Whether the worker is dead, or as good as that. */
  look(): boolean {
    this.#silentLooks = this.#heard ? 0 : this.#silentLooks + 1;
    this.#heard = false;
    return this.#silentLooks >= SILENT_LOOKS;
  }
}
