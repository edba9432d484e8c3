/**
 * What a join or a run is still to bring. On a line of little more than the bitrate that takes a second or two, and what
 * is asked for elsewhere meanwhile comes twice and makes the line longer still. What comes slower than it is played
 * (under a spent egress cap a join trickles) is not waited for: peers are faster.
 */

/** The next piece is waited for so long. */
const QUIET_MS = 400;

export class Coming {
  #tracks: number[] = [];
  /** What its first piece was cut at, less when it came. */
  #aheadMs: number | undefined;
  #waitsUntil = 0;

  /** The edge was asked for these tracks; none: it has answered. */
  begin(tracks: number[], now: number): void {
    this.#tracks = tracks;
    this.#aheadMs = undefined;
    this.#waitsUntil = now + QUIET_MS;
  }

  /** A piece of it came. Answers whether the next one is worth waiting for. */
  observe(cutMs: number, now: number): boolean {
    const aheadMs = cutMs - now;
    const keepsUp = aheadMs >= (this.#aheadMs ??= aheadMs);
    this.#waitsUntil = keepsUp ? now + QUIET_MS : 0;
    return keepsUp;
  }

  /** Whether something came lately, or is about to: whatever else is sent here waits behind it. */
  isFlowing(now: number): boolean {
    return now < this.#waitsUntil;
  }

  /** Whether it is to bring more of this track. */
  brings(track: number, now: number): boolean {
    return this.isFlowing(now) && this.#tracks.includes(track);
  }
}
