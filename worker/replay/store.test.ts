import { expect, test } from 'vitest';
import { bindings } from '../testing/edge.ts';
import { bucketStore, diskStore, type ReplayStore } from './store.ts';

/** What workerd's disk service does with whole files. */
function disk(): Pick<Fetcher, 'fetch'> {
  const files = new Map<string, ArrayBuffer>();
  const answer = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input as RequestInfo, init);
    const { pathname } = new URL(request.url);
    if (request.method === 'PUT') files.set(pathname, await request.arrayBuffer());
    else if (request.method === 'DELETE') {
      return new Response(null, { status: files.delete(pathname) ? 204 : 404 });
    } else if (!files.has(pathname)) return new Response('no', { status: 404 });
    else return new Response(files.get(pathname));
    return new Response(null, { status: 204 });
  };
  return { fetch: answer as Fetcher['fetch'] };
}

const STORES: [string, () => ReplayStore][] = [
  ['a bucket', () => bucketStore(bindings.REPLAY!)],
  ['a disk', () => diskStore(disk())],
];

for (const [name, make] of STORES) {
  test(`${name} gives back what it was given, whole and by range, until it is deleted`, async () => {
    const store = make();
    await store.put('a', Uint8Array.of(1, 2, 3, 4, 5));
    await store.put('b', Uint8Array.of(9));
    expect(await store.get('a')).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    expect(await store.get('a', { offset: 1, length: 3 })).toEqual(Uint8Array.of(2, 3, 4));
    expect(await store.get('a', { offset: 3, length: 9 })).toEqual(Uint8Array.of(4, 5));
    expect(await store.get('none')).toBe(undefined);
    await store.delete(['a', 'none']);
    expect([await store.get('a'), await store.get('b')]).toEqual([undefined, Uint8Array.of(9)]);
  });
}
