/**
 * A wall clock in the picture: a strip of 40 black and white cells, so that the live latency of any player can be
 * read from what it shows. Cells: 1 0 1 0, 32 bits of milliseconds since 1970 (modulo 2^32), 4 bits of checksum.
 */

export const CELLS = 40;
export const CELL_PX = 16;
export const STRIP_WIDTH = CELLS * CELL_PX;
export const STRIP_HEIGHT = 16;

/** The cells of a time, most significant bit first. */
export function cellsOf(ms: number): number[] {
  const value = ms % 2 ** 32;
  const bits = (amount: number, count: number) =>
    Array.from({ length: count }, (_, i) => Math.floor(amount / 2 ** (count - 1 - i)) % 2);
  return [1, 0, 1, 0, ...bits(value, 32), ...bits(checksum(value), 4)];
}

/** The time of these cells (modulo 2^32), or undefined when they are not a clock. */
export function timeOf(cells: number[]): number | undefined {
  const number = (bits: number[]) => bits.reduce((sum, bit) => sum * 2 + bit, 0);
  if (cells.length !== CELLS || number(cells.slice(0, 4)) !== 10) return undefined;
  const value = number(cells.slice(4, 36));
  return number(cells.slice(36)) === checksum(value) ? value : undefined;
}

/** One gray frame of the strip, 8 bits a pixel. */
export function stripOf(ms: number): Uint8Array {
  const row = new Uint8Array(STRIP_WIDTH);
  cellsOf(ms).forEach((cell, i) => row.fill(cell ? 235 : 16, i * CELL_PX, (i + 1) * CELL_PX));
  const frame = new Uint8Array(STRIP_WIDTH * STRIP_HEIGHT);
  for (let y = 0; y < STRIP_HEIGHT; y++) frame.set(row, y * STRIP_WIDTH);
  return frame;
}

function checksum(value: number): number {
  let sum = 5;
  for (let i = 0; i < 8; i++) sum = (sum * 3 + Math.floor(value / 16 ** i) % 16) % 16;
  return sum;
}

/**
 * Source text of a function for a page: `(video) => number | null`, the brightness of the 40 cells as the video shows
 * them now, read from the strip at the bottom of a 640x360 picture. To be handed to `page.evaluate`.
 */
export const READ_CELLS = `(video) => {
  if (!video || !video.videoWidth) return null;
  const canvas = globalThis.__shoalClock ??= new OffscreenCanvas(${STRIP_WIDTH}, 360);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, ${STRIP_WIDTH}, 360);
  const row = context.getImageData(0, 360 - ${STRIP_HEIGHT / 2}, ${STRIP_WIDTH}, 1).data;
  return Array.from({ length: ${CELLS} }, (_, i) => row[4 * (i * ${CELL_PX} + ${CELL_PX / 2})] > 125 ? 1 : 0);
}`;

/** Latency in milliseconds of cells that were read at `nowMs`; undefined when the picture shows no clock. */
export function latencyOf(cells: number[] | null, nowMs: number): number | undefined {
  const shown = cells ? timeOf(cells) : undefined;
  if (shown === undefined) return undefined;
  const latency = (nowMs % 2 ** 32) - shown;
  return latency < -(2 ** 31) ? latency + 2 ** 32 : latency;
}
