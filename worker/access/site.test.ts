import { expect, test } from 'vitest';
import { askingSite } from './site.ts';

const asked = (headers: Record<string, string>, framedBy?: string) =>
  askingSite(new Request('https://edge.example/join/demo', { headers }), framedBy);
const OWN = { origin: 'https://edge.example' };

test('the page asks that its browser names, by Origin before Referer', () => {
  const elsewhere = { origin: 'https://tv.example:8443', isOwn: false };
  expect(asked({ origin: 'https://tv.example:8443' })).toEqual(elsewhere);
  expect(asked({ referer: 'https://tv.example:8443/a/page' })).toEqual(elsewhere);
  expect(asked({ origin: 'null', referer: 'https://tv.example/' })).toEqual({ origin: 'null', isOwn: false });
  expect(asked({})).toEqual({ origin: '', isOwn: false });
});

test('the edge has pages of its own, whatever scheme a proxy in front of it speaks', () => {
  expect(asked(OWN)).toEqual({ origin: 'https://edge.example', isOwn: true });
  expect(asked({ origin: 'http://edge.example' }).isOwn).toBe(true);
  expect(asked({ origin: 'https://edge.example.evil' }).isOwn).toBe(false);
});

test('a page of the edge in a frame asks for the page around it', () => {
  expect(asked(OWN, 'https://tv.example')).toEqual({ origin: 'https://tv.example', isOwn: false });
  expect(asked(OWN, 'https://edge.example').isOwn).toBe(true);
  for (const unknown of ['null', '']) expect(asked(OWN, unknown)).toEqual({ origin: unknown, isOwn: false });
});

test('nobody but a page of the edge speaks for another', () => {
  const other = { origin: 'https://bad.example' };
  expect(asked(other, 'https://tv.example')).toEqual({ ...other, isOwn: false });
  expect(asked({}, 'https://tv.example')).toEqual({ origin: '', isOwn: false });
});
