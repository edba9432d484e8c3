/**
 * Keys for an encrypted recording: EME ClearKey (W3C Encrypted Media Extensions, section 9.1), asked of the edge with
 * the viewer's token. Each key period of the recording brings its own request.
 */
import { toBase64Url } from '../../protocol/bytes.ts';

const SYSTEM = 'org.w3.clearkey';

/** A JSON Web Key Set, or the error that stands in its place. */
interface LicenseBody {
  error?: { code: string; message: string };
}

export class Protection {
  readonly #video: HTMLVideoElement;
  readonly #channel: string;
  readonly #token: string | undefined;
  readonly #onRefused: (message: string) => void;
  #keys: Promise<MediaKeys> | undefined;
  readonly #seen = new Set<string>();

  constructor(
    video: HTMLVideoElement,
    channel: string,
    token: string | undefined,
    onRefused: (message: string) => void,
  ) {
    this.#video = video;
    this.#channel = channel;
    this.#token = token;
    this.#onRefused = onRefused;
    video.addEventListener('encrypted', (event) => {
      this.#take(event).catch((error: Error) => onRefused(error.message));
    });
  }

  async #take({ initDataType, initData }: MediaEncryptedEvent): Promise<void> {
    if (!initData) return;
    // Every segment names its keys again.
    const name = new Uint8Array(initData).join();
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    const session = (await this.#mediaKeys()).createSession();
    session.addEventListener('message', (event) => {
      this.#license(new TextDecoder().decode((event as MediaKeyMessageEvent).message))
        .then((license) => session.update(license))
        .catch((error: Error) => this.#onRefused(error.message));
    });
    await session.generateRequest(initDataType, initData);
  }

  #mediaKeys(): Promise<MediaKeys> {
    return this.#keys ??= (async () => {
      const capability = (contentType: string) => ({ contentType });
      const access = await navigator.requestMediaKeySystemAccess(SYSTEM, [{
        initDataTypes: ['cenc', 'keyids'],
        videoCapabilities: [capability('video/mp4; codecs="avc1.42E01E"')],
        audioCapabilities: [capability('audio/mp4; codecs="mp4a.40.2"')],
      }]);
      const keys = await access.createMediaKeys();
      await this.#video.setMediaKeys(keys);
      return keys;
    })();
  }

  /** `request`: the license request as ClearKey has it, JSON with the key ids. */
  async #license(request: string): Promise<BufferSource> {
    const { kids } = JSON.parse(request) as { kids: string[] };
    let { ok, body } = await this.#ask('', kids);
    // Keys that a broadcast on air uses, too, are for who has joined it.
    if (body.error?.code === 'grant-over') {
      ({ ok, body } = await this.#ask(`?grant=${await this.#grant()}`, kids));
    }
    if (!ok) throw new Error(body.error?.message ?? 'the edge gives no keys');
    return new TextEncoder().encode(JSON.stringify(body));
  }

  async #ask(query: string, kids: string[]): Promise<{ ok: boolean; body: LicenseBody }> {
    const answer = await fetch(`/license/${this.#channel}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ kids, type: 'temporary', ...this.#shown }),
    });
    return { ok: answer.ok, body: await answer.json() };
  }

  /** Joins for the grant alone: no place is taken before a socket is opened. */
  async #grant(): Promise<string> {
    const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    const answer = await fetch(`/join/${this.#channel}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ peerKey, p2p: 'off', ...this.#shown }),
    });
    const body = await answer.json() as { grant?: { value: string }; error?: { message: string } };
    if (!body.grant) throw new Error(body.error?.message ?? 'the edge gives no grant');
    return encodeURIComponent(body.grant.value);
  }

  get #shown(): { token?: string } {
    return this.#token === undefined ? {} : { token: this.#token };
  }
}
