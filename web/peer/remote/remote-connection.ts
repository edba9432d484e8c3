/**
 * The worker's end of connections: an RTCPeerConnection as far as web/peer uses one, whose work is done in the page.
 * Its data channel is the real one.
 */
import type {
  ConnectionFacts,
  ConnectionMethod,
  ConnectionNews,
  ConnectionRequest,
} from './connection-messages.ts';
import type { Pipe } from './pipe.ts';
import { RemoteChannel } from './remote-channel.ts';

type Calls = Map<number, { resolve(value: unknown): void; reject(error: Error): void }>;

/** Makes the class of connections that go through this pipe. */
export function remoteConnections(
  pipe: Pipe<ConnectionRequest, ConnectionNews>,
): new (configuration?: RTCConfiguration) => RTCPeerConnection {
  const open = new Map<number, RemoteConnection>();
  let lastId = 0;
  pipe.receive((news) => {
    const connection = open.get(news.id);
    if (connection) connection.hear(news);
    else if (news.type === 'channel') news.channel.close();
  });
  return class extends RemoteConnection {
    constructor(configuration?: RTCConfiguration) {
      const id = ++lastId;
      super(id, pipe, () => open.delete(id));
      open.set(id, this);
      pipe.post({ type: 'open', id, configuration });
    }
  } as unknown as new (configuration?: RTCConfiguration) => RTCPeerConnection;
}

class RemoteConnection extends EventTarget {
  onicecandidate: ((event: { candidate: RTCIceCandidateInit | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ondatachannel: ((event: { channel: RTCDataChannel }) => void) | null = null;
  remoteDescription: RTCSessionDescriptionInit | null = null;
  #id: number;
  #pipe: Pipe<ConnectionRequest, ConnectionNews>;
  #forget: () => void;
  #facts: ConnectionFacts = { connectionState: 'new', iceGatheringState: 'new', localSdp: undefined };
  #calls: Calls = new Map();
  #lastCall = 0;
  #channel: RemoteChannel | undefined;
  #closed = false;

  constructor(id: number, pipe: Pipe<ConnectionRequest, ConnectionNews>, forget: () => void) {
    super();
    this.#id = id;
    this.#pipe = pipe;
    this.#forget = forget;
  }

  get connectionState(): RTCPeerConnectionState {
    return this.#closed ? 'closed' : this.#facts.connectionState;
  }

  get iceGatheringState(): RTCIceGatheringState {
    return this.#facts.iceGatheringState;
  }

  get localDescription(): { sdp: string } | null {
    const { localSdp } = this.#facts;
    return localSdp === undefined ? null : { sdp: localSdp };
  }

  /** The channel stands in for the real one until that has come over. */
  createDataChannel(label: string, options?: RTCDataChannelInit): RemoteChannel {
    this.#channel = new RemoteChannel(label);
    this.#pipe.post({ type: 'channel', id: this.#id, label, options });
    return this.#channel;
  }

  createOffer(): Promise<RTCSessionDescriptionInit> {
    return this.#call('createOffer') as Promise<RTCSessionDescriptionInit>;
  }

  createAnswer(): Promise<RTCSessionDescriptionInit> {
    return this.#call('createAnswer') as Promise<RTCSessionDescriptionInit>;
  }

  async setLocalDescription(description: RTCSessionDescriptionInit): Promise<void> {
    await this.#call('setLocalDescription', description);
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    // Known before the page says so: the channel may open past a page that is busy.
    this.remoteDescription = description;
    await this.#call('setRemoteDescription', description);
  }

  async addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    await this.#call('addIceCandidate', candidate);
  }

  async getStats(): Promise<Map<string, unknown>> {
    return new Map(await this.#call('getStats') as [string, unknown][]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forget();
    this.#channel?.close();
    this.#pipe.post({ type: 'close', id: this.#id });
    for (const { reject } of this.#calls.values()) reject(new Error('the connection is closed'));
    this.#calls.clear();
  }

  hear(news: ConnectionNews): void {
    if ('facts' in news) this.#facts = news.facts;
    switch (news.type) {
      case 'channel':
        if (news.incoming) this.ondatachannel?.({ channel: news.channel });
        else this.#channel?.attach(news.channel);
        return;
      case 'answer':
        this.#calls.get(news.call)?.resolve(news.value);
        return void this.#calls.delete(news.call);
      case 'failed':
        this.#calls.get(news.call)?.reject(new Error(news.message));
        return void this.#calls.delete(news.call);
      case 'candidate':
        return this.onicecandidate?.({ candidate: news.candidate });
      case 'changed':
        if (news.what === 'connectionstatechange') this.onconnectionstatechange?.();
        this.dispatchEvent(new Event(news.what));
    }
  }

  #call(method: ConnectionMethod, argument?: unknown): Promise<unknown> {
    if (this.#closed) return Promise.reject(new Error('the connection is closed'));
    const call = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.#pipe.post({ type: 'call', id: this.#id, call, method, argument });
    });
  }
}
