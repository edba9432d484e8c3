/**
 * A downlink of a stated rate for a headless viewer: what comes over WebRTC and by fetch stands in one queue and is
 * handed over as fast as the line carries it. Signaling is not counted.
 */
import type { PeerEnvironment } from '../web/peer/environment.ts';

type ConnectionClass = NonNullable<PeerEnvironment['RTCPeerConnection']>;

export class Downlink {
  readonly #kbps: number;
  #freeAt = 0;

  constructor(kbps: number) {
    this.#kbps = kbps;
  }

  /** When these bytes are through; in the order of the calls. */
  #delayMs(bytes: number): number {
    const now = performance.now();
    this.#freeAt = Math.max(now, this.#freeAt) + bytes * 8 / this.#kbps;
    return this.#freeAt - now;
  }

  async #pass(bytes: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#delayMs(bytes)));
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
              await this.#pass(chunk.length);
              controller.enqueue(chunk);
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
      setTimeout(() => {
        if (channel.readyState === 'open') listener?.call(channel, event);
      }, this.#delayMs(bytes));
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
