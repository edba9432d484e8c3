/** RTMP messages (RTMP 1.0 sections 5.4, 6.2 and 7.1): what chunks carry. */
import { ProtocolError } from './protocol-error.ts';

export const MessageType = {
  SetChunkSize: 1,
  Abort: 2,
  Acknowledgement: 3,
  UserControl: 4,
  WindowAckSize: 5,
  SetPeerBandwidth: 6,
  Audio: 8,
  Video: 9,
  DataAmf3: 15,
  CommandAmf3: 17,
  DataAmf0: 18,
  CommandAmf0: 20,
  Aggregate: 22,
} as const;

export interface Message {
  type: number;
  /** 0 is the connection itself, others come from createStream. */
  streamId: number;
  /** 32 bits, wraps. */
  timestamp: number;
  payload: Uint8Array;
}

/** Events of a User Control message (section 7.1.7) that a publisher's server meets. */
export const UserEvent = { StreamBegin: 0, PingRequest: 6, PingResponse: 7 } as const;

/** Of Set Chunk Size, Abort, Acknowledgement, Window Acknowledgement Size: one 32 bit number. */
export function readUint32(payload: Uint8Array, name: string): number {
  if (payload.length < 4) {
    throw new ProtocolError(`${name} message must have at least 4 bytes, got ${payload.length}`);
  }
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}

export function setChunkSize(bytes: number): Message {
  return control(MessageType.SetChunkSize, uint32(bytes));
}

export function acknowledgement(receivedBytes: number): Message {
  return control(MessageType.Acknowledgement, uint32(receivedBytes));
}

export function windowAckSize(bytes: number): Message {
  return control(MessageType.WindowAckSize, uint32(bytes));
}

/** With limit type 2, dynamic. */
export function setPeerBandwidth(bytes: number): Message {
  return control(MessageType.SetPeerBandwidth, new Uint8Array([...uint32(bytes), 2]));
}

/** `value` is a stream id for StreamBegin, a time for the pings. */
export function userControl(event: number, value: number): Message {
  return control(MessageType.UserControl, new Uint8Array([event >> 8, event & 0xff, ...uint32(value)]));
}

function control(type: number, payload: Uint8Array): Message {
  return { type, streamId: 0, timestamp: 0, payload };
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
