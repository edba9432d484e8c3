/** For tests: the edge as the origin sees it, a real server on loopback that keeps all that it is told. */
import { jwtVerify } from 'jose';
import * as v from 'valibot';
import { ChannelSettings } from '../../../protocol/channel.ts';
import { FromOrigin, type ToOrigin } from '../../../protocol/control.ts';
import { decodePieceFrame, type PieceFrame } from '../../../protocol/frame.ts';
import { LinkFromOrigin, type LinkToOrigin } from '../../../protocol/link.ts';

export const SECRET = 'a secret for tests only';

type Publish = Extract<FromOrigin, { type: 'publish' }>;

export class FakeEdge {
  readonly control: FromOrigin[] = [];
  readonly link: LinkFromOrigin[] = [];
  readonly frames: PieceFrame[] = [];
  /** Bearer tokens that were refused. */
  refusedTokens = 0;
  pings = 0;
  answersPings = true;
  /** What a link's hello is answered with; undefined: nothing. */
  have: number[] | undefined = [];
  /** Answers a publish; undefined: silence. */
  onPublish: (ask: Publish) => ToOrigin | undefined = (ask) => this.grant(ask);
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #controlSocket: WebSocket | undefined;
  #linkSocket: WebSocket | undefined;
  #changed = Promise.withResolvers<void>();
  #port = 0;

  constructor() {
    this.start();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the same port as before. */
  start(): void {
    const options = { hostname: '127.0.0.1', port: this.#port, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
    this.#port = this.#server.addr.port;
  }

  /** Goes away with all its connections. */
  async stop(): Promise<void> {
    this.breakControl();
    this.breakLink();
    await this.#server?.shutdown();
  }

  breakControl(): void {
    this.#controlSocket?.close();
    this.#controlSocket = undefined;
  }

  breakLink(): void {
    this.#linkSocket?.close();
    this.#linkSocket = undefined;
  }

  order(message: ToOrigin): void {
    this.#controlSocket!.send(JSON.stringify(message));
  }

  /** Sends anything over the control socket. */
  orderText(text: string): void {
    this.#controlSocket!.send(text);
  }

  ask(message: LinkToOrigin): void {
    this.#linkSocket!.send(JSON.stringify(message));
  }

  /** The key `good` opens every channel, each with one broadcast from the first publish on. */
  grant(ask: Publish, changes: Partial<Extract<ToOrigin, { type: 'granted' }>> = {}): ToOrigin {
    const first = this.control.find((told): told is Publish => told.type === 'publish')!;
    return {
      type: 'granted',
      id: ask.id,
      channel: ask.channel,
      broadcastId: '0123456789abcdef0123456789abcdef',
      epochMs: first.nowMs,
      keyId: `id-of-${ask.key}`,
      settings: v.parse(ChannelSettings, {}),
      ...changes,
    };
  }

  /** Resolves with what `find` answers once that is not undefined or false. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined && found !== false) return found;
      await this.#changed.promise;
    }
  }

  /** The first message of this type from `from` on. */
  told<T extends FromOrigin['type']>(type: T, from = 0): Promise<Extract<FromOrigin, { type: T }>> {
    return this.until(() =>
      this.control.slice(from).find((message): message is Extract<FromOrigin, { type: T }> =>
        message.type === type
      )
    );
  }

  async #answer(request: Request): Promise<Response> {
    const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? '';
    try {
      await jwtVerify(token, new TextEncoder().encode(SECRET), {
        audience: 'shoal-origin',
        algorithms: ['HS256'],
      });
    } catch {
      this.refusedTokens += 1;
      this.#notify();
      return new Response('who are you?', { status: 401 });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = 'arraybuffer';
    if (new URL(request.url).pathname === '/origin/control') this.#takeControl(socket);
    else this.#takeLink(socket);
    return response;
  }

  #takeControl(socket: WebSocket): void {
    this.#controlSocket = socket;
    socket.onmessage = ({ data }) => {
      if (data === 'ping') {
        this.pings += 1;
        if (this.answersPings) socket.send('pong');
        this.#notify();
        return;
      }
      const message = v.parse(FromOrigin, JSON.parse(data));
      this.control.push(message);
      if (message.type === 'publish') {
        const answer = this.onPublish(message);
        if (answer) socket.send(JSON.stringify(answer));
      }
      this.#notify();
    };
  }

  #takeLink(socket: WebSocket): void {
    this.#linkSocket = socket;
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') {
        const message = v.parse(LinkFromOrigin, JSON.parse(data));
        this.link.push(message);
        const { have } = this;
        if (message.type === 'hello' && have) socket.send(JSON.stringify({ type: 'welcome', have }));
      } else this.frames.push(decodePieceFrame(new Uint8Array(data)));
      this.#notify();
    };
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
