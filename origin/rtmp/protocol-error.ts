/** Bytes or commands that break the protocol: the session that sent them ends, nothing else does. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}
