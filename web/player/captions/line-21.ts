/**
 * Captions of line 21 (CEA-608, channel CC1) as they stand on the screen now: pop-on, roll-up and paint-on. Colours,
 * columns and rows are left to the browser.
 *
 * Shaka has a decoder too; it tells a caption when the next one takes its place, which at a second behind live is
 * after it should have been read.
 */

const ROWS = 15;
const COLUMNS = 32;
const BASIC: Record<number, string> = {
  ...{ 0x2a: 'á', 0x5c: 'é', 0x5e: 'í', 0x5f: 'ó', 0x60: 'ú', 0x7b: 'ç', 0x7c: '÷', 0x7d: 'Ñ', 0x7e: 'ñ' },
  0x7f: '█',
};
/** Second bytes 0x30 on, after 0x11; 0x39 is a transparent space. */
const SPECIAL = [...'®°½¿™¢£♪à èâêîôû'];
/** Second bytes 0x20 on, after 0x12 and 0x13: each takes the place of the plain character sent before it. */
const EXTENDED = [
  [...'ÁÉÓÚÜü‘¡*’—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»'],
  [...'ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘'],
];
/** Rows of the preamble codes, by first byte, the lower and the upper half of the second. */
const PREAMBLE_ROWS: Record<number, [number, number]> = {
  0x10: [10, 10],
  0x11: [0, 1],
  0x12: [2, 3],
  0x13: [11, 12],
  0x14: [13, 14],
  0x15: [4, 5],
  0x16: [6, 7],
  0x17: [8, 9],
};

type Mode = 'pop-on' | 'paint-on' | 'roll-up' | 'text';

export class Line21 {
  #mode: Mode = 'pop-on';
  #shown = blank();
  #next = blank();
  #row = ROWS - 1;
  #rollRows = 2;
  #isOurs = true;
  #lastControl = 0;

  /** What stands on the screen, lines top to bottom; empty when nothing does. */
  get text(): string {
    return this.#shown.map((row) => row.trim()).filter((row) => row !== '').join('\n');
  }

  /** Two bytes of field 1, with or without their parity bits. */
  push(first: number, second: number): void {
    const a = first & 0x7f;
    const b = second & 0x7f;
    if (a === 0 && b === 0) return;
    if (a >= 0x20) {
      this.#lastControl = 0;
      this.#write(character(a));
      if (b >= 0x20) this.#write(character(b));
    } else if (a >= 0x10) {
      // Control codes are sent twice; the second is taken for the same one.
      const control = a << 8 | b;
      if (control === this.#lastControl) this.#lastControl = 0;
      else {
        this.#lastControl = control;
        this.#control(a, b);
      }
    }
  }

  #control(a: number, b: number): void {
    // Bit 3 tells channel 2 of the field, whose characters follow until channel 1 has its turn.
    this.#isOurs = (a & 8) === 0;
    if (!this.#isOurs) return;
    if (b >= 0x40) this.#preamble(a, b);
    else if (a === 0x14 && b >= 0x20) this.#command(b);
    else if (a === 0x11 && b >= 0x30) this.#write(SPECIAL[b - 0x30]!);
    else if (a === 0x11 && b >= 0x20) this.#write(' ');
    else if ((a === 0x12 || a === 0x13) && b >= 0x20) {
      this.#backspace();
      this.#write(EXTENDED[a - 0x12]![b - 0x20]!);
    }
  }

  #preamble(a: number, b: number): void {
    // Rolled lines stand at the bottom wherever their base row is to be.
    if (this.#mode === 'roll-up') return;
    const rows = PREAMBLE_ROWS[a];
    if (rows) this.#row = rows[b < 0x60 ? 0 : 1];
  }

  #command(b: number): void {
    switch (b) {
      case 0x20:
        this.#mode = 'pop-on';
        break;
      case 0x21:
        this.#backspace();
        break;
      case 0x25:
      case 0x26:
      case 0x27:
        if (this.#mode !== 'roll-up') this.#shown = blank();
        this.#mode = 'roll-up';
        this.#row = ROWS - 1;
        this.#rollRows = b - 0x23;
        break;
      case 0x29:
        this.#mode = 'paint-on';
        break;
      case 0x2a:
      case 0x2b:
        this.#mode = 'text';
        break;
      case 0x2c:
        this.#shown = blank();
        break;
      case 0x2d:
        if (this.#mode === 'roll-up') this.#roll();
        break;
      case 0x2e:
        this.#next = blank();
        break;
      case 0x2f:
        this.#mode = 'pop-on';
        [this.#shown, this.#next] = [this.#next, this.#shown];
    }
  }

  #roll(): void {
    const kept = this.#shown.slice(1 - this.#rollRows);
    this.#shown = [...blank().slice(kept.length + 1), ...kept, ''];
  }

  #write(text: string): void {
    const memory = this.#memory();
    if (this.#isOurs && memory) memory[this.#row] = (memory[this.#row]! + text).slice(0, COLUMNS);
  }

  #backspace(): void {
    const memory = this.#memory();
    if (memory) memory[this.#row] = memory[this.#row]!.slice(0, -1);
  }

  #memory(): string[] | undefined {
    if (this.#mode === 'text') return undefined;
    return this.#mode === 'pop-on' ? this.#next : this.#shown;
  }
}

function blank(): string[] {
  return Array<string>(ROWS).fill('');
}

function character(code: number): string {
  return BASIC[code] ?? String.fromCharCode(code);
}
