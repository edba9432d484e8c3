import assert from 'node:assert/strict';
import { type AmfValue, encodeAmf0 } from './amf0.ts';
import { connectResult, onStatus, parseCommand, stringField } from './command.ts';
import { MessageType } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import { concatBytes } from '../../protocol/bytes.ts';

const message = (payload: Uint8Array, type: number = MessageType.CommandAmf0) => ({
  type,
  streamId: 0,
  timestamp: 0,
  payload,
});

Deno.test('a command is its name, its transaction and the rest', () => {
  assert.deepEqual(parseCommand(message(encodeAmf0('publish', 5, null, 'demo', 'live'))), {
    name: 'publish',
    transaction: 5,
    args: [null, 'demo', 'live'],
  });
});

Deno.test('a command of type 17 is read behind its leading byte', () => {
  const payload = concatBytes(new Uint8Array([0]), encodeAmf0('createStream', 4, null));
  assert.equal(parseCommand(message(payload, MessageType.CommandAmf3)).name, 'createStream');
});

Deno.test('a command without a transaction has transaction 0', () => {
  assert.deepEqual(parseCommand(message(encodeAmf0('FCUnpublish'))), {
    name: 'FCUnpublish',
    transaction: 0,
    args: [],
  });
});

Deno.test('a command without a name or with a transaction that is no number is refused', () => {
  for (const values of [[], [5], [null, 1], ['connect', 'x']] as AmfValue[][]) {
    assert.throws(() => parseCommand(message(encodeAmf0(...values))), ProtocolError);
  }
});

Deno.test('a field is read from objects only, and as a string only', () => {
  assert.equal(stringField({ app: 'live' }, 'app'), 'live');
  for (const value of [null, undefined, 5, 'app', ['app'], new Date(0), { app: 5 }, {}] as AmfValue[]) {
    assert.equal(stringField(value, 'app'), '');
  }
});

Deno.test('the answers say what encoders look for', () => {
  const connected = parseCommand(connectResult(1, 0));
  assert.equal(connected.name, '_result');
  assert.equal(stringField(connected.args[1], 'code'), 'NetConnection.Connect.Success');
  const status = onStatus(1, 'error', 'NetStream.Publish.Denied', 'wrong key');
  assert.equal(status.streamId, 1);
  assert.equal(stringField(parseCommand(status).args[1], 'description'), 'wrong key');
});
