/** The page's end of connections: makes them for a worker, and hands over their data channels. */
import type { ConnectionFacts, ConnectionNews, ConnectionRequest } from './connection-messages.ts';
import type { Pipe } from './pipe.ts';

type Maker = new (configuration?: RTCConfiguration) => RTCPeerConnection;

export class PageConnections {
  #pipe: Pipe<ConnectionNews, ConnectionRequest>;
  #make: Maker;
  #open = new Map<number, RTCPeerConnection>();
  /** Connections that could not be made, and why. */
  #refused = new Map<number, string>();

  constructor(pipe: Pipe<ConnectionNews, ConnectionRequest>, make: Maker) {
    this.#pipe = pipe;
    this.#make = make;
    pipe.receive((request) => this.#obey(request));
  }

  /** Closes all of them. */
  close(): void {
    for (const id of [...this.#open.keys()]) this.#close(id);
  }

  #obey(request: ConnectionRequest): void {
    const { id } = request;
    if (request.type === 'open') return this.#begin(id, request.configuration);
    if (request.type === 'close') return this.#close(id);
    const connection = this.#open.get(id);
    if (request.type === 'call') return void this.#call(id, connection, request);
    if (!connection) return;
    const channel = connection.createDataChannel(request.label, request.options);
    this.#pipe.post({ type: 'channel', id, channel, incoming: false }, [channel as unknown as Transferable]);
  }

  #begin(id: number, configuration: RTCConfiguration | undefined): void {
    let connection: RTCPeerConnection;
    try {
      connection = new this.#make(configuration);
    } catch (error) {
      this.#refused.set(id, String(error));
      return;
    }
    this.#open.set(id, connection);
    const changed = (what: 'connectionstatechange' | 'icegatheringstatechange') => () =>
      this.#pipe.post({ type: 'changed', id, what, facts: factsOf(connection) });
    connection.onconnectionstatechange = changed('connectionstatechange');
    connection.onicegatheringstatechange = changed('icegatheringstatechange');
    connection.onicecandidate = ({ candidate }) =>
      this.#pipe.post({
        type: 'candidate',
        id,
        candidate: candidate && candidate.toJSON(),
        facts: factsOf(connection),
      });
    connection.ondatachannel = ({ channel }) =>
      this.#pipe.post({ type: 'channel', id, channel, incoming: true }, [channel as unknown as Transferable]);
  }

  async #call(
    id: number,
    connection: RTCPeerConnection | undefined,
    { call, method, argument }: Extract<ConnectionRequest, { type: 'call' }>,
  ): Promise<void> {
    try {
      if (!connection) throw new Error(this.#refused.get(id) ?? 'the connection is closed');
      const value = await perform(connection, method, argument);
      this.#pipe.post({ type: 'answer', id, call, value, facts: factsOf(connection) });
    } catch (error) {
      this.#pipe.post({ type: 'failed', id, call, message: String(error) });
    }
  }

  #close(id: number): void {
    const connection = this.#open.get(id);
    this.#open.delete(id);
    this.#refused.delete(id);
    if (!connection) return;
    connection.onicecandidate =
      connection.onconnectionstatechange =
      connection.onicegatheringstatechange =
      connection.ondatachannel =
        null;
    connection.close();
  }
}

async function perform(
  connection: RTCPeerConnection,
  method: Extract<ConnectionRequest, { type: 'call' }>['method'],
  argument: unknown,
): Promise<unknown> {
  switch (method) {
    case 'createOffer':
    case 'createAnswer': {
      const { type, sdp } = await connection[method]();
      return { type, sdp };
    }
    case 'setLocalDescription':
    case 'setRemoteDescription':
      return await connection[method](argument as RTCSessionDescriptionInit);
    case 'addIceCandidate':
      return await connection.addIceCandidate(argument as RTCIceCandidateInit);
    case 'getStats': {
      const entries: [string, unknown][] = [];
      (await connection.getStats()).forEach((entry: unknown, id: string) => entries.push([id, entry]));
      return entries;
    }
  }
}

function factsOf(connection: RTCPeerConnection): ConnectionFacts {
  return {
    connectionState: connection.connectionState,
    iceGatheringState: connection.iceGatheringState,
    localSdp: connection.localDescription?.sdp,
  };
}
