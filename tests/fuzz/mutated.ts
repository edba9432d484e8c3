/** Values near valid ones: hostile input that gets past the first checks. */
import fc from 'fast-check';

/** Something that is seldom meant. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    null,
    -1,
    0,
    0.5,
    2 ** 31,
    2 ** 53,
    1e308,
    -0,
    '',
    '\0',
    '__proto__',
    'ÿ'.repeat(20),
    [],
    {},
    true,
  ),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Copies of the examples with a few places changed, left out, doubled or put in another's place. */
export function mutated(examples: unknown[]): fc.Arbitrary<unknown> {
  const change = fc.record({
    at: fc.nat(200),
    how: fc.constantFrom('replace', 'drop', 'double', 'swap'),
    odd,
  });
  return fc.tuple(
    fc.constantFrom(...examples),
    fc.constantFrom(...examples),
    fc.array(change, { maxLength: 3 }),
  )
    .map(([example, other, changes]) => {
      const value = { root: structuredClone(example) };
      for (const { at, how, odd } of changes) {
        const places = placesIn(value);
        const place = places[at % Math.max(1, places.length)];
        if (!place) break;
        const { holder, key } = place;
        if (how === 'replace') holder[key] = odd;
        else if (how === 'drop') delete holder[key];
        else if (how === 'swap') holder[key] = structuredClone(other);
        else holder[key] = Array(20).fill(holder[key]);
      }
      return value.root;
    });
}

/** The same for bytes: flipped, cut, grown. */
export function mutatedBytes(examples: Uint8Array[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const flips = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 6 });
  const near = fc.tuple(fc.constantFrom(...examples), flips, fc.nat(12), fc.uint8Array({ maxLength: 8 }))
    .map(([example, changes, cut, more]) => {
      const kept = cut > 8 ? example.slice(0, Math.floor(example.length * (cut - 8) / 4)) : example;
      const bytes = new Uint8Array(kept.length + (cut % 3 === 0 ? more.length : 0));
      bytes.set(kept);
      bytes.set(more.subarray(0, bytes.length - kept.length), kept.length);
      for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    });
  return fc.oneof(near, fc.uint8Array({ maxLength: 400 }).map((bytes) => bytes.slice()));
}

type Holder = Record<string, unknown>;

function placesIn(holder: object): { holder: Holder; key: string }[] {
  const found: { holder: Holder; key: string }[] = [];
  for (const [key, value] of Object.entries(holder)) {
    found.push({ holder: holder as Holder, key });
    if (typeof value === 'object' && value !== null && found.length < 200) found.push(...placesIn(value));
  }
  return found;
}

/** The text with a few characters changed, or another text. */
export function nearText(text: string): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(text.length), fc.string({ maxLength: 3 }), fc.nat(3));
  return fc.oneof(
    { weight: 1, arbitrary: fc.string() },
    {
      weight: 4,
      arbitrary: fc.array(change, { maxLength: 3 }).map((changes) =>
        changes.reduce((now, [at, put, skip]) => now.slice(0, at) + put + now.slice(at + skip), text)
      ),
    },
  );
}
