import assert from 'node:assert/strict';
import * as v from 'valibot';
import { allowsSite, Site } from './site.ts';

Deno.test('a list of sites holds for host names, names below them, schemes and ports', () => {
  const cases: [site: string, origin: string, allowed: boolean][] = [
    ['example.com', 'https://example.com', true],
    ['example.com', 'http://example.com:8080', true],
    ['example.com', 'https://www.example.com', false],
    ['example.com', 'https://notexample.com', false],
    ['*.example.com', 'https://tv.example.com', true],
    ['*.example.com', 'https://a.tv.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['*.example.com', 'https://notexample.com', false],
    ['https://example.com', 'http://example.com', false],
    ['https://example.com', 'https://example.com:444', true],
    ['https://example.com:443', 'https://example.com', true],
    ['https://example.com:443', 'https://example.com:444', false],
    ['localhost:3000', 'http://localhost:3000', true],
    ['localhost:3000', 'http://localhost:3001', false],
    ['example.com', 'null', false],
    ['example.com', '', false],
  ];
  for (const [site, origin, allowed] of cases) {
    assert.equal(v.is(Site, site), true, site);
    assert.equal(allowsSite([site], origin), allowed, `${site} and ${origin}`);
  }
});

Deno.test('without a list any page may, one without an origin too', () => {
  assert.equal(allowsSite([], ''), true);
  assert.equal(allowsSite([], 'https://anywhere.example'), true);
});

Deno.test('what is no host name is no site', () => {
  for (
    const text of [
      '',
      '*',
      '*.',
      'a b',
      'Example.com',
      'example.com/path',
      'x;script-src *',
      'ftp://a',
      'a..b',
      '-a',
    ]
  ) {
    assert.equal(v.is(Site, text), false, text);
  }
});
