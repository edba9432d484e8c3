/** Commands (RTMP 1.0 section 7.2) and the answers that publishers wait for. */
import { type AmfObject, type AmfValue, decodeAmf0, encodeAmf0 } from './amf0.ts';
import { type Message, MessageType } from './message.ts';
import { ProtocolError } from './protocol-error.ts';

export interface Command {
  name: string;
  transaction: number;
  /** The command object and what follows it. */
  args: AmfValue[];
}

/** Type 20, or type 17 whose AMF3 has, in practice, a zero byte before plain AMF0. */
export function parseCommand(message: Message): Command {
  const amf3 = message.type === MessageType.CommandAmf3;
  const [name, transaction, ...args] = decodeAmf0(amf3 ? message.payload.subarray(1) : message.payload);
  if (typeof name !== 'string') throw new ProtocolError('command must begin with its name');
  if (transaction !== undefined && typeof transaction !== 'number') {
    throw new ProtocolError('command transaction id must be a number');
  }
  return { name, transaction: transaction ?? 0, args };
}

/** A string property of a command object, empty when there is none. */
export function stringField(value: AmfValue, name: string): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) return '';
  const field = value[name];
  return typeof field === 'string' ? field : '';
}

/** `_result` of a call. */
export function result(transaction: number, ...values: AmfValue[]): Message {
  return command(0, '_result', transaction, ...values);
}

/** The answer to connect (section 7.2.1.1). */
export function connectResult(transaction: number, objectEncoding: number): Message {
  return result(
    transaction,
    { fmsVer: 'FMS/3,0,1,123', capabilities: 31 },
    {
      ...status('status', 'NetConnection.Connect.Success', 'Connection succeeded.'),
      objectEncoding,
    },
  );
}

/** onStatus of a stream (section 7.2.2); ffmpeg, OBS and GStreamer show the description of errors. */
export function onStatus(streamId: number, level: StatusLevel, code: string, description: string): Message {
  return command(streamId, 'onStatus', 0, null, status(level, code, description));
}

/** onFCPublish and onFCUnpublish, which Flash Media Live Encoder and its kin wait for. */
export function onFc(name: 'onFCPublish' | 'onFCUnpublish', code: string): Message {
  return command(0, name, 0, null, status('status', code, ''));
}

export type StatusLevel = 'status' | 'error';

function status(level: StatusLevel, code: string, description: string): AmfObject {
  return { level, code, description };
}

function command(streamId: number, ...values: AmfValue[]): Message {
  return { type: MessageType.CommandAmf0, streamId, timestamp: 0, payload: encodeAmf0(...values) };
}
