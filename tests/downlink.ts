/**
 * A downlink of a stated rate for a headless viewer: what comes over WebRTC and by fetch stands in one queue and is
 * handed over as fast as the line carries it. Signaling is not counted.
 */
import type { PeerEnvironment } from '../web/peer/environment.ts';

/** What comes by fetch is handed over in such parts: the beginning of an answer does not wait for the end of it. */
const PACKET_BYTES = 1400;

type ConnectionClass = NonNullable<PeerEnvironment['RTCPeerConnection']>;

export class Downlink {
  readonly #kbps: number;
  readonly #queue: { at: number; done: () => void }[] = [];
  #freeAt = 0;
  #waits = false;

  constructor(kbps: number) {
    this.#kbps = kbps;
  }

  /** Does it when these bytes are through: one after the other, in the order of the calls. */
  #carry(bytes: number, done: () => void): void {
    this.#freeAt = Math.max(performance.now(), this.#freeAt) + bytes * 8 / this.#kbps;
    this.#queue.push({ at: this.#freeAt, done });
    this.#next();
  }

  #next(): void {
    const [first] = this.#queue;
    if (!first || this.#waits) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      while (this.#queue.length > 0 && this.#queue[0]!.at <= performance.now()) this.#queue.shift()!.done();
      this.#next();
    }, Math.max(0, first.at - performance.now()));
  }

  #pass(packet: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve) => this.#carry(packet.length, () => resolve(packet)));
  }

  /** The same surroundings behind this line. */
  behind(environment: PeerEnvironment): PeerEnvironment {
    const { fetch, RTCPeerConnection } = environment;
    return {
      ...environment,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (!answer.body) return answer;
        const slowed = answer.body.pipeThrough(
          new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
            transform: async (chunk, controller) => {
              const packets: Promise<Uint8Array<ArrayBuffer>>[] = [];
              for (let at = 0; at < chunk.length; at += PACKET_BYTES) {
                packets.push(this.#pass(chunk.slice(at, at + PACKET_BYTES)));
              }
              for (const packet of packets) controller.enqueue(await packet);
            },
          }),
        );
        return new Response(slowed, answer);
      },
      ...(RTCPeerConnection && { RTCPeerConnection: this.#connections(RTCPeerConnection) }),
    };
  }

  #connections(Base: ConnectionClass): ConnectionClass {
    const slow = (channel: RTCDataChannel) => this.#slow(channel);
    return class extends Base {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        let wrapped: RTCPeerConnection['ondatachannel'] = null;
        Object.defineProperty(this, 'ondatachannel', {
          get: () => wrapped,
          set: (listener: RTCPeerConnection['ondatachannel']) => {
            wrapped = listener &&
              (({ channel }) => listener.call(this, { channel: slow(channel) } as RTCDataChannelEvent));
          },
        });
      }

      override createDataChannel(
        ...args: Parameters<RTCPeerConnection['createDataChannel']>
      ): RTCDataChannel {
        return slow(super.createDataChannel(...args));
      }
    };
  }

  /** The channel, with an `onmessage` that is called when the line has carried the message. */
  #slow(channel: RTCDataChannel): RTCDataChannel {
    const later = (listener: RTCDataChannel['onmessage']) => (event: MessageEvent) => {
      const bytes = (event.data as ArrayBuffer).byteLength;
      this.#carry(bytes, () => {
        if (channel.readyState === 'open') listener?.call(channel, event);
      });
    };
    return new Proxy(channel, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set(target, name, value) {
        return Reflect.set(target, name, name === 'onmessage' && value ? later(value) : value, target);
      },
    });
  }
}
