import assert from 'node:assert/strict';
import { Line21 } from './line-21.ts';

/** Control codes as pairs, text as strings; every code is sent twice, as encoders do. */
function screen(...sent: (string | [number, number])[]): Line21 {
  const line = new Line21();
  for (const part of sent) {
    if (typeof part !== 'string') {
      line.push(...part);
      line.push(...part);
      continue;
    }
    for (let at = 0; at < part.length; at += 2) {
      line.push(part.charCodeAt(at), part.charCodeAt(at + 1) || 0);
    }
  }
  return line;
}

const POP_ON: [number, number] = [0x14, 0x20];
const CLEAR_NEXT: [number, number] = [0x14, 0x2e];
const SHOW: [number, number] = [0x14, 0x2f];
const CLEAR: [number, number] = [0x14, 0x2c];
const ROLL_UP_2: [number, number] = [0x14, 0x25];
const RETURN: [number, number] = [0x14, 0x2d];
const ROW_14: [number, number] = [0x14, 0x40];
const ROW_15: [number, number] = [0x14, 0x60];

Deno.test('a pop-on caption stands on the screen when it is told to, and goes when it is told to', () => {
  const written = [POP_ON, CLEAR_NEXT, ROW_14, 'Hello', ROW_15, 'world'];
  assert.equal(screen(...written).text, '');
  assert.equal(screen(...written, SHOW).text, 'Hello\nworld');
  assert.equal(screen(...written, SHOW, CLEAR).text, '');
});

Deno.test('rolled captions keep their last rows', () => {
  const line = screen(ROLL_UP_2, RETURN, 'one', RETURN, 'two');
  assert.equal(line.text, 'one\ntwo');
  assert.equal(screen(ROLL_UP_2, RETURN, 'one', RETURN, 'two', RETURN, 'three').text, 'two\nthree');
});

Deno.test('painted captions are seen as they are written', () => {
  assert.equal(screen([0x14, 0x29], ROW_15, 'Now').text, 'Now');
});

Deno.test('a code that is sent twice counts once, and again after something else', () => {
  const line = screen([0x14, 0x29], ROW_15, 'abcd', [0x14, 0x21]);
  assert.equal(line.text, 'abc');
  line.push(0x14, 0x21);
  assert.equal(line.text, 'ab', 'a third one is another');
});

Deno.test('letters beyond ASCII: basic, special and extended ones', () => {
  const note: [number, number] = [0x11, 0x37];
  const capital: [number, number] = [0x12, 0x21];
  assert.equal(screen([0x14, 0x29], ROW_15, note, '\x5c', 'E', capital).text, '♪éÉ');
});

Deno.test('the second channel and text mode are left alone', () => {
  assert.equal(screen([0x14, 0x29], ROW_15, 'ours', [0x1c, 0x29], 'theirs', ROW_15, '!').text, 'ours!');
  assert.equal(screen([0x14, 0x29], ROW_15, 'ours', [0x14, 0x2b], 'teletext').text, 'ours');
});

Deno.test('parity bits are taken off, padding says nothing', () => {
  const line = screen([0x14, 0x29], ROW_15);
  line.push(0x80, 0x80);
  line.push('A'.charCodeAt(0) | 0x80, 0);
  assert.equal(line.text, 'A');
});

Deno.test('any bytes at all leave it working', () => {
  const line = new Line21();
  let seed = 1;
  for (let i = 0; i < 100_000; i++) {
    seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0;
    line.push(seed >>> 16 & 0xff, seed >>> 24);
  }
  assert.equal(typeof line.text, 'string');
});
