/**
 * `<shoal-player channel="demo">`: plays a channel of Shoal in a page.
 *
 * This file and the controls are all that loads before play; the mesh and Shaka come when they are needed. What it
 * shows stands in a store; what controls want goes through `Requests`; a session does the work.
 *
 * Events (bubbling, composed): `shoal-state` {state, reason, title}, `shoal-stats` {PlayerStats}, `shoal-error` {code,
 * message} for what ends playback, `shoal-trouble` {code, message} for what the player recovers from.
 */
import type { P2pPolicy } from '../../protocol/channel.ts';
import { ATTRIBUTES, parseAttributes, type PlayerAttributes } from './attributes.ts';
import { diagnosticOf } from './diagnostic.ts';
import { showInMediaSession } from './media-session.ts';
import { initialState, type PlayerState, type PlayerStats } from './player-state.ts';
import { Session } from './session.ts';
import { Store } from './store.ts';
import { Totals } from './totals.ts';
import type { Requests, Ui } from './ui/context.ts';
import { controls } from './ui/controls.ts';
import { h } from './ui/dom.ts';
import { hideWhenIdle } from './ui/idle.ts';
import { pressKey, takesKey } from './ui/keyboard.ts';
import { overlay } from './ui/overlay.ts';
import { slate } from './ui/slate.ts';
import { styles } from './ui/styles.ts';
import { unmute } from './ui/unmute.ts';

export class ShoalPlayerElement extends HTMLElement implements Requests {
  static readonly observedAttributes = ATTRIBUTES;

  readonly #store = new Store<PlayerState>(initialState());
  readonly #video = h('video', { playsinline: true, part: 'video', tabindex: '-1' });
  readonly #root: HTMLElement;
  #attributes: PlayerAttributes;
  #session: Session | undefined;
  #totals = new Totals();
  #restartQueued = false;
  #undo: (() => void)[] = [];

  constructor() {
    super();
    this.#attributes = this.#read();
    const ui: Ui = { store: this.#store, ask: this };
    this.#root = h(
      'div',
      { class: 'player', part: 'container', tabindex: '0', role: 'region', 'aria-label': 'Live player' },
      this.#video,
      slate(ui),
      unmute(ui),
      overlay(ui),
      controls(ui),
    );
    this.attachShadow({ mode: 'open' }).append(h('style', {}, styles), this.#root);
  }

  connectedCallback(): void {
    this.#attributes = this.#read();
    this.#video.muted = this.#attributes.muted;
    this.#observe();
    if (this.#attributes.autoplay) void this.#start();
  }

  disconnectedCallback(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    void this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    this.#attributes = this.#read();
    if (name === 'muted') this.#video.muted = this.#attributes.muted;
    else if (name === 'p2p') this.setP2p(this.#attributes.p2p);
    else if (name === 'controls') this.#showControls();
    else this.#restart();
  }

  /** Numbers since the element was made. */
  stats(): PlayerStats {
    return this.#totals.with(this.#session?.stats());
  }

  /** What the player is doing: `idle`, `joining`, `offline`, `live`, `lost`, `reconnecting`, `ended`, … */
  get state(): PlayerState['phase'] {
    return this.#store.state.phase;
  }

  /** Plays; joins the channel first where that was not done. */
  async play(): Promise<void> {
    if (!this.#session) await this.#start();
    this.#session?.wish(true);
  }

  pause(): void {
    this.#session?.wish(false);
  }

  togglePlay(): void {
    if (this.#session && !this.#video.paused) this.pause();
    else void this.play();
  }

  toggleMute(): void {
    this.#video.muted = !this.#video.muted;
    if (!this.#video.muted && this.#video.volume === 0) this.#video.volume = 0.5;
    this.#store.set({ soundRefused: false });
  }

  setVolume(volume: number): void {
    this.#video.volume = volume;
    this.#video.muted = volume === 0;
  }

  jumpToLive(): void {
    this.#session?.jumpToLive();
  }

  seek(timeS: number): void {
    this.#session?.seek(timeS);
  }

  toggleFullscreen(): void {
    if (document.fullscreenElement === this) void document.exitFullscreen();
    else if (this.requestFullscreen) void this.requestFullscreen().catch(() => {});
    // iPhones give full screen to the video alone.
    else (this.#video as { webkitEnterFullscreen?(): void }).webkitEnterFullscreen?.();
  }

  togglePictureInPicture(): void {
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
    else void this.#video.requestPictureInPicture?.().catch(() => {});
  }

  setP2p(policy: P2pPolicy): void {
    this.#store.set({ p2pChoice: policy });
    this.#session?.setP2p(policy);
  }

  toggleOverlay(): void {
    this.#store.set({ overlay: !this.#store.state.overlay });
  }

  retry(): void {
    this.#restart();
  }

  async copyDiagnostic(): Promise<void> {
    const text = diagnosticOf(this.#store.state, this.#attributes.channel, navigator.userAgent, new Date());
    await navigator.clipboard?.writeText(text).catch(() => console.info(text));
  }

  #read(): PlayerAttributes {
    return parseAttributes(
      (name) => this.getAttribute(name),
      location.origin,
      (message) => console.warn(`<shoal-player> ${message}`),
    );
  }

  async #start(): Promise<void> {
    if (this.#session) return;
    this.#store.set({ p2pChoice: this.#attributes.p2p });
    this.#session = new Session(this.#video, this.#store, this.#attributes);
    await this.#session.start();
  }

  async #stop(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session) this.#totals.add(session.stats());
    this.#store.set({ ...initialState(), ...this.#lasting() });
    await session?.stop();
  }

  /** Several attributes may change in one turn: one restart is enough. */
  #restart(): void {
    if (this.#restartQueued) return;
    this.#restartQueued = true;
    queueMicrotask(async () => {
      this.#restartQueued = false;
      const wasOn = this.#session !== undefined || this.#attributes.autoplay;
      await this.#stop();
      if (wasOn && this.isConnected) await this.#start();
    });
  }

  /** What outlives a session. */
  #lasting(): Partial<PlayerState> {
    const { volume, muted, canFullscreen, canPictureInPicture, fullscreen, overlay, p2pChoice } =
      this.#store.state;
    return { volume, muted, canFullscreen, canPictureInPicture, fullscreen, overlay, p2pChoice };
  }

  #observe(): void {
    const video = this.#video;
    const on = (target: EventTarget, names: string[], listener: (event: Event) => void) => {
      for (const name of names) {
        target.addEventListener(name, listener);
        this.#undo.push(() => target.removeEventListener(name, listener));
      }
    };
    const sound = () => this.#store.set({ volume: video.volume, muted: video.muted });
    const playing = () => this.#store.set({ paused: video.paused });
    const fullscreen = () => this.#store.set({ fullscreen: document.fullscreenElement === this });
    const picture = () => this.#store.set({ pictureInPicture: document.pictureInPictureElement !== null });
    on(video, ['volumechange'], sound);
    on(video, ['play', 'playing', 'pause', 'emptied'], playing);
    on(video, ['enterpictureinpicture', 'leavepictureinpicture'], picture);
    on(video, ['click'], () => matchMedia('(pointer: fine)').matches && this.togglePlay());
    on(video, ['dblclick'], () => this.toggleFullscreen());
    on(video, ['shoal-trouble'], (event) => this.#tell('shoal-trouble', (event as CustomEvent).detail));
    on(document, ['fullscreenchange'], fullscreen);
    on(this.#root, ['keydown'], (event) => this.#onKey(event as KeyboardEvent));
    this.#store.set({
      canFullscreen: document.fullscreenEnabled || 'webkitEnterFullscreen' in video,
      canPictureInPicture: document.pictureInPictureEnabled === true,
    });
    sound();
    this.#showControls();
    this.#undo.push(
      hideWhenIdle(this.#root, () => this.#mayHideControls()),
      showInMediaSession(this.#store, this),
      this.#store.watch(['phase', 'reason', 'title'], ({ phase, reason, title }) => {
        this.#tell('shoal-state', { state: phase, reason, title });
        if (phase === 'refused' || phase === 'unsupported') this.#tell('shoal-error', { ...reason });
      }),
      this.#store.watch(['stats'], () => this.#session && this.#tell('shoal-stats', this.stats())),
    );
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || takesKey(event.composedPath()[0], event.key)) {
      return;
    }
    if (pressKey({ store: this.#store, ask: this }, event.key)) event.preventDefault();
  }

  #mayHideControls(): boolean {
    const focused = this.shadowRoot!.activeElement;
    return !this.#video.paused &&
      (focused === null || focused === this.#root || !focused.matches(':focus-visible')) &&
      this.shadowRoot!.querySelector('.panel:not([hidden])') === null;
  }

  #showControls(): void {
    this.#root.classList.toggle('bare', !this.#attributes.controls);
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define('shoal-player', ShoalPlayerElement);

declare global {
  interface HTMLElementTagNameMap {
    'shoal-player': ShoalPlayerElement;
  }
}
