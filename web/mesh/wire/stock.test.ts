import assert from 'node:assert/strict';
import StockWire from 'bittorrent-protocol';
import { fromHex, toHex } from '../../../protocol/bytes.ts';
import type { Message } from '../message.ts';
import { WireCodec } from './codec.ts';
import { ALICE, everyMessage, frameOf, INFO_HASH } from './fixtures.ts';

const STOCK_ID = '2d5757303030302d737461636b636c69656e7431';

/** What of the stock wire is used here: the package has no types. */
interface Stock {
  peerChoking: boolean;
  destroyed: boolean;
  on(event: string, listener: (...args: never[]) => void): void;
  once(event: string, listener: (...args: never[]) => void): void;
  use(extension: unknown): void;
  write(bytes: Uint8Array): void;
  handshake(infoHash: string, peerId: string, extensions: { fast: boolean }): void;
  have(index: number): void;
  unchoke(): void;
  interested(): void;
  request(
    index: number,
    offset: number,
    length: number,
    done: (error: Error | null, block: Uint8Array) => void,
  ): void;
  extended(name: string, body: Uint8Array): void;
  destroy(): void;
}

/** A stock wire on the other side of a codec of ours. `extensions`: names that it knows. */
function meet(
  extensions: string[],
  fast = true,
): { codec: WireCodec; stock: Stock; received: Message[]; send(m: Message): void } {
  const codec = new WireCodec({ infoHash: INFO_HASH, peerId: ALICE });
  const stock = new (StockWire as unknown as { new (): Stock })();
  for (const name of extensions) {
    class Extension {
      onMessage(): void {}
    }
    Object.defineProperty(Extension.prototype, 'name', { value: name });
    stock.use(Extension);
  }
  const received: Message[] = [];
  stock.on('data', (bytes: Uint8Array) => received.push(...codec.push(new Uint8Array(bytes))));
  stock.handshake(toHex(INFO_HASH), STOCK_ID, { fast });
  for (const chunk of codec.start()) stock.write(chunk);
  const send = (message: Message) => {
    for (const chunk of codec.encode(message)) stock.write(chunk);
  };
  return { codec, stock, received, send };
}

/** Goes on when the condition holds; streams work in microtasks. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(holds());
}

Deno.test('a stock wire takes our handshakes, and we take its', async () => {
  let theirs = '';
  let extended: { m?: Record<string, number> } = {};
  const { codec, stock } = meet(['shoal']);
  stock.on('handshake', ((infoHash: string, peerId: string) => theirs = `${infoHash} ${peerId}`) as never);
  stock.on(
    'extended',
    ((name: string, value: typeof extended) => {
      if (name === 'handshake') extended = value;
    }) as never,
  );
  await until(() => codec.kind !== 'unknown' && theirs !== '' && extended.m !== undefined);
  assert.equal(codec.kind, 'shoal');
  assert.equal(toHex(Uint8Array.from(codec.remotePeerId!, (c) => c.charCodeAt(0))), STOCK_ID);
  assert.equal(theirs.split(' ')[0], toHex(INFO_HASH));
  assert.equal(extended.m!.shoal, 1);
  stock.destroy();
});

Deno.test('haves go both ways, beyond the sign bit too', async () => {
  const { codec, stock, received, send } = meet(['shoal']);
  await until(() => codec.kind === 'shoal');
  const index = -123;
  let had: number | undefined;
  stock.on('have', ((index: number) => had = index) as never);
  stock.have(index);
  send({ type: 'have', index });
  await until(() => had !== undefined && received.length > 0);
  assert.equal(had! | 0, index);
  assert.deepEqual(received.filter((message) => message.type === 'have'), [{ type: 'have', index }]);
  stock.destroy();
});

Deno.test('a stock wire that knows our extension asks for a piece and gets it, with its record before', async () => {
  const { codec, stock, received, send } = meet(['shoal']);
  await until(() => codec.kind === 'shoal');
  send({ type: 'state', clockMs: 0, spareKbps: 0, tracks: [] });
  await until(() => !stock.peerChoking);
  const records: Uint8Array[] = [];
  stock.on(
    'extended',
    ((name: string, body: Uint8Array) => {
      if (name === 'shoal') records.push(body);
    }) as never,
  );
  let block: Uint8Array | undefined;
  const frame = frameOf(77, 40_000);
  stock.request(77, 0, 40_000, (error, bytes) => {
    assert.equal(error, null);
    block = bytes;
  });
  await until(() => received.some((message) => message.type === 'request'));
  assert.deepEqual(received.filter((message) => message.type === 'request'), [{
    type: 'request',
    index: 77,
  }]);
  let piece: Uint8Array | undefined;
  stock.on(
    'piece',
    ((index: number, offset: number, bytes: Uint8Array) => {
      assert.deepEqual([index, offset], [77, 0]);
      piece = bytes;
    }) as never,
  );
  send({ type: 'piece', frame });
  await until(() => piece !== undefined && block !== undefined);
  assert.deepEqual(new Uint8Array(piece!), frame.bytes);
  assert.deepEqual(new Uint8Array(block!), frame.bytes);
  stock.destroy();
});

Deno.test('our request reaches a stock wire, and its answer reaches us with the record it sent before', async () => {
  const { codec, stock, received, send } = meet(['shoal']);
  await until(() => codec.kind === 'shoal');
  const frame = frameOf(9, 5000);
  const asked: unknown[] = [];
  stock.unchoke();
  stock.on(
    'request',
    ((index: number, offset: number, length: number, respond: (e: null, b: Uint8Array) => void) => {
      asked.push([index, offset, length]);
      const record = new Uint8Array(1 + frame.signed.length);
      record[0] = 9;
      record.set(frame.signed, 1);
      stock.extended('shoal', record);
      respond(null, frame.bytes);
    }) as never,
  );
  send({ type: 'request', index: 9 });
  await until(() => received.some((message) => message.type === 'piece'));
  assert.deepEqual(asked, [[9, 0, 65_536]]);
  assert.deepEqual(received.find((message) => message.type === 'piece'), { type: 'piece', frame });
  stock.destroy();
});

Deno.test('every message of ours passes a stock wire without harm, with the fast extension or without', async () => {
  for (const fast of [true, false]) {
    const { codec, stock, send } = meet(['shoal'], fast);
    await until(() => codec.kind === 'shoal');
    let last = false;
    stock.on(
      'extended',
      ((name: string, body: Uint8Array) => last ||= name === 'shoal' && body[0] === 12) as never,
    );
    for (const message of everyMessage()) send(message);
    await until(() => last);
    assert.equal(stock.destroyed, false);
    stock.destroy();
  }
});

Deno.test('a stock client without our extension is known as such, stays connected, and gets nothing', async () => {
  for (const extensions of [[], ['ut_metadata']]) {
    const { codec, stock, received } = meet(extensions);
    await until(() => codec.kind !== 'unknown');
    assert.equal(codec.kind, 'stock');
    stock.interested();
    stock.have(3);
    await until(() => received.length > 0);
    assert.throws(() => codec.encode({ type: 'goodbye' }));
    assert.equal(stock.peerChoking, true);
    assert.equal(stock.destroyed, false);
    stock.destroy();
  }
});

Deno.test('a client without the extension protocol is a stock client from its handshake on', () => {
  const codec = new WireCodec({ infoHash: INFO_HASH, peerId: ALICE });
  const handshake = new Uint8Array(68);
  handshake.set(new WireCodec({ infoHash: INFO_HASH, peerId: ALICE }).start()[0]!.subarray(0, 68));
  handshake.fill(0, 20, 28);
  handshake.set(fromHex(STOCK_ID)!, 48);
  codec.push(handshake);
  assert.equal(codec.kind, 'stock');
});
