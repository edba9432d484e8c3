/**
 * `shoal-embed.js`: puts a player into a page by an iframe and lets the page drive it.
 *
 *     import { ShoalEmbed } from 'https://live.example/assets/shoal-embed.js';
 *     const player = new ShoalEmbed('#player', { edge: 'https://live.example', channel: 'demo', autoplay: true });
 *     player.on('state', ({ state }) => console.log(state));
 *     player.play();
 *
 * Messages are taken from the iframe's own window and the edge's origin only, and sent to that origin only.
 */
import type { ShoalEmbedEvents, ShoalEmbedOptions, ShoalEmbedPlayer } from './api.ts';
import { type EmbedEventName, type EmbedMethod, readEvent, wrap } from './embed-message.ts';

const ALLOW = 'autoplay; fullscreen; picture-in-picture; encrypted-media; clipboard-write';

export type { ShoalEmbedEvents, ShoalEmbedOptions } from './api.ts';

export class ShoalEmbed implements ShoalEmbedPlayer {
  readonly iframe: HTMLIFrameElement;
  readonly #origin: string;
  readonly #token: ShoalEmbedOptions['token'];
  readonly #listeners = new Map<string, Set<(detail: never) => void>>();
  readonly #receive = (event: MessageEvent) => this.#onMessage(event);
  #ready = false;
  #waiting: [EmbedMethod, string | number | undefined][] = [];

  /**
   * @param target An element or a selector, which is filled with the player; or an iframe that shows one already.
   * Throws TypeError without a target, and for an address that is not http or https.
   */
  constructor(target: Element | string, options: ShoalEmbedOptions) {
    const element = typeof target === 'string' ? document.querySelector(target) : target;
    if (!element) throw new TypeError(`target: nothing in the page matches "${target}"`);
    const address = embedAddress(options);
    this.#origin = address.origin;
    this.#token = options.token;
    addEventListener('message', this.#receive);
    if (element instanceof HTMLIFrameElement) {
      this.iframe = element;
      this.#post({ type: 'hello' });
      return;
    }
    const iframe = document.createElement('iframe');
    iframe.title = options.title ?? 'Live player';
    iframe.allow = ALLOW;
    iframe.allowFullscreen = true;
    // Where the browser tells the frame no ancestor, its referrer is what names the site.
    iframe.referrerPolicy = 'origin';
    iframe.style.cssText = 'border:0;width:100%;aspect-ratio:16/9;display:block';
    iframe.src = address.href;
    this.iframe = iframe;
    element.replaceChildren(iframe);
  }

  play(): void {
    this.#call('play');
  }

  pause(): void {
    this.#call('pause');
  }

  mute(): void {
    this.#call('mute');
  }

  unmute(): void {
    this.#call('unmute');
  }

  setVolume(volume: number): void {
    this.#call('setVolume', volume);
  }

  jumpToLive(): void {
    this.#call('jumpToLive');
  }

  seekBy(seconds: number): void {
    this.#call('seekBy', seconds);
  }

  setP2p(policy: 'on' | 'relay' | 'off'): void {
    this.#call('setP2p', policy);
  }

  setQuality(name: string): void {
    this.#call('setQuality', name);
  }

  setToken(token: string): void {
    this.#call('setToken', token);
  }

  retry(): void {
    this.#call('retry');
  }

  on<Name extends keyof ShoalEmbedEvents>(
    name: Name,
    listener: (detail: ShoalEmbedEvents[Name]) => void,
  ): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener);
    return () => void set.delete(listener);
  }

  destroy(): void {
    removeEventListener('message', this.#receive);
    this.#listeners.clear();
    this.iframe.remove();
  }

  #onMessage(event: MessageEvent): void {
    if (event.source !== this.iframe.contentWindow || event.origin !== this.#origin) return;
    const message = readEvent(event.data);
    if (message?.type === 'ready') {
      this.#ready = true;
      this.#post({ type: 'hello' });
      if (this.#token) void this.#renew();
      for (const [method, value] of this.#waiting.splice(0)) this.#call(method, value);
      this.#emit('ready', undefined);
    } else if (message) {
      if (message.name === 'tokenneeded' && this.#token) void this.#renew();
      this.#emit(message.name, message.detail);
    }
  }

  async #renew(): Promise<void> {
    try {
      this.setToken(await this.#token!());
    } catch (error) {
      this.#emit('error', { code: 'no-token', message: String(error) });
    }
  }

  #call(method: EmbedMethod, value?: string | number): void {
    if (!this.#ready) this.#waiting.push([method, value]);
    else this.#post({ type: 'call', method, ...(value !== undefined && { value }) });
  }

  #post(message: Parameters<typeof wrap>[0]): void {
    this.iframe.contentWindow?.postMessage(wrap(message), this.#origin);
  }

  #emit(name: 'ready' | EmbedEventName, detail: unknown): void {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      (listener as (detail: unknown) => void)(detail);
    }
  }
}

/** The address of the embed page with these options. */
export function embedAddress(options: ShoalEmbedOptions): URL {
  const url = new URL(`/embed/${encodeURIComponent(options.channel)}`, options.edge);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`edge must be an http or https address, got "${options.edge}"`);
  }
  const set = (name: string, value: string | number | boolean | undefined) => {
    if (value !== undefined) url.searchParams.set(name, String(value));
  };
  set('autoplay', options.autoplay);
  set('muted', options.muted);
  set('controls', options.controls);
  set('p2p', options.p2p);
  set('consent', options.consent);
  set('quality', options.quality);
  set('lang', options.lang);
  set('latency-ms', options.latencyMs);
  set('upload-kbps', options.uploadKbps);
  return url;
}
