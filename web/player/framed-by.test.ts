import assert from 'node:assert/strict';
import { framedBy, type FramedWindow } from './framed-by.ts';

const EDGE = 'https://edge.example';

/** A page of the edge in a frame, unless told otherwise. */
const page = ({ origin = EDGE, ancestors, referrer = '' }: {
  origin?: string;
  ancestors?: string[];
  referrer?: string;
} = {}): FramedWindow => ({
  parent: {},
  location: { origin, ...(ancestors && { ancestorOrigins: ancestors }) },
  document: { referrer },
});

Deno.test('a page of the edge names the page around it, the nearest one', () => {
  const ancestors = ['https://tv.example', 'https://top.example'];
  assert.equal(framedBy(EDGE, page({ ancestors, referrer: 'https://other.example/' })), 'https://tv.example');
  assert.equal(framedBy(EDGE, page({ referrer: 'https://tv.example/a?b' })), 'https://tv.example');
});

Deno.test('where the browser says nothing, neither does the page, but that it is in a frame', () => {
  assert.equal(framedBy(EDGE, page()), 'null');
  assert.equal(framedBy(EDGE, page({ ancestors: ['null'], referrer: 'https://tv.example/' })), 'null');
});

Deno.test('without a frame, or on the page of another site, there is nothing to tell', () => {
  const alone = page({ referrer: 'https://a-link.example/' });
  alone.parent = alone;
  assert.equal(framedBy(EDGE, alone), undefined);
  assert.equal(framedBy(EDGE, page({ origin: 'https://tv.example', ancestors: [EDGE] })), undefined);
});
