/**
 * `<shoal-player channel="demo">`: plays a channel of Shoal in a page. Everything a page may use is in api.ts and, in
 * words, in docs/player.md.
 *
 * This file and the controls are all that loads before play; the mesh and Shaka come when they are needed. What it
 * shows stands in a store; what controls want goes through `Requests`; a session does the work.
 */
import type { P2pPolicy } from '../../protocol/channel.ts';
import type {
  ShoalPlayer,
  ShoalPlayerEvents,
  ShoalPlayerState,
  ShoalPlayerStats,
  ShoalQuality,
  ShoalReason,
} from './api.ts';
import { ATTRIBUTES, parseAttributes, type PlayerAttributes } from './attributes.ts';
import { showCaptions } from './captions.ts';
import { rememberedP2p, rememberP2p, stricter } from './consent-memory.ts';
import { diagnosticOf } from './diagnostic.ts';
import { showInMediaSession } from './media-session.ts';
import { observeVideo } from './observe-video.ts';
import { initialState, type PlayerState } from './player-state.ts';
import type { Session } from './session.ts';
import { Store } from './store.ts';
import { beforeExpiry, tokenReason } from './token.ts';
import { Totals } from './totals.ts';
import { consent } from './ui/consent.ts';
import type { Requests, Ui } from './ui/context.ts';
import { controls } from './ui/controls.ts';
import { h } from './ui/dom.ts';
import { hideWhenIdle } from './ui/idle.ts';
import { pressKey, takesKey } from './ui/keyboard.ts';
import { overlay } from './ui/overlay.ts';
import { slate } from './ui/slate.ts';
import { styles } from './ui/styles.ts';
import { unmute } from './ui/unmute.ts';
import { languageOf, loadWords } from './words/words.ts';

/** Properties that a page may set. */
const EARLY = ['token', 'p2p', 'quality', 'muted', 'volume'] as const;

/** What outlives a session. */
const LASTING = [
  'volume',
  'muted',
  'canFullscreen',
  'canPictureInPicture',
  'fullscreen',
  'overlay',
  'resting',
  'p2pChoice',
  'qualityChoice',
  'words',
  'language',
] as const satisfies readonly (keyof PlayerState)[];

export class ShoalPlayerElement extends HTMLElement implements Requests, ShoalPlayer {
  static readonly observedAttributes = ATTRIBUTES;

  readonly #store = new Store<PlayerState>(initialState());
  readonly #video = h('video', { playsinline: true, part: 'video', tabindex: '-1' });
  readonly #root: HTMLElement;
  #attributes: PlayerAttributes;
  #session: Session | undefined;
  #totals = new Totals();
  #token: string | undefined;
  #restartQueued = false;
  /** The start of the present session, once there is one; counted, so that one that was overtaken does nothing. */
  #starting: Promise<void> | undefined;
  #visit = 0;
  #forgetExpiry: () => void = () => {};
  #undo: (() => void)[] = [];

  constructor() {
    super();
    this.#attributes = this.#read();
    const ui: Ui = { store: this.#store, ask: this };
    this.#root = h(
      'div',
      { class: 'player', part: 'container', tabindex: '0', role: 'region' },
      this.#video,
      slate(ui),
      unmute(ui),
      overlay(ui),
      controls(ui),
      consent(ui),
    );
    this.attachShadow({ mode: 'open' }).append(h('style', {}, styles), this.#root);
    this.#store.watch(['words', 'language'], ({ words, language }) => {
      this.#root.setAttribute('aria-label', words.player);
      this.#root.lang = language;
    });
  }

  connectedCallback(): void {
    this.#attributes = this.#read();
    this.#takeEarly();
    // What was set as a property stays where there is no attribute: frameworks set the one or the other.
    if (this.#attributes.muted) this.#video.muted = true;
    this.#observe();
    void this.#speak();
    this.#watchExpiry();
    if (this.#attributes.autoplay) void this.#start();
  }

  disconnectedCallback(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.#forgetExpiry();
    void this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    this.#attributes = this.#read();
    if (name === 'muted') this.#video.muted = this.#attributes.muted;
    else if (name === 'p2p') this.#allowP2p(this.#attributes.p2p);
    else if (name === 'controls') this.#showControls();
    else if (name === 'lang') void this.#speak();
    else if (name === 'quality') this.setQuality(this.#attributes.quality);
    else if (name === 'token') this.#tokenChanged();
    else this.#restart();
  }

  get token(): string | undefined {
    return this.#token ?? this.#attributes.token;
  }

  set token(token: string | undefined) {
    this.#token = token || undefined;
    this.#tokenChanged();
  }

  get p2p(): P2pPolicy {
    return this.#store.state.p2pChoice;
  }

  set p2p(policy: P2pPolicy) {
    this.setAttribute('p2p', policy);
  }

  get quality(): string {
    return this.#store.state.qualityChoice;
  }

  set quality(name: string) {
    this.setQuality(name);
  }

  get muted(): boolean {
    return this.#video.muted;
  }

  set muted(muted: boolean) {
    this.#video.muted = muted;
  }

  get volume(): number {
    return this.#video.volume;
  }

  set volume(volume: number) {
    this.setVolume(volume);
  }

  get state(): ShoalPlayerState {
    return this.#store.state.phase;
  }

  get reason(): ShoalReason | undefined {
    return this.#store.state.reason;
  }

  get paused(): boolean {
    return this.#video.paused;
  }

  get live(): boolean {
    const { phase, following, paused } = this.#store.state;
    return phase === 'live' && following && !paused;
  }

  get latency(): number {
    return this.#session?.stats().latencySeconds ?? 0;
  }

  get qualities(): ShoalQuality[] {
    return this.#store.state.qualities.map(({ name, height, kbps }) => ({ name, height, kbps }));
  }

  stats(): ShoalPlayerStats {
    return this.#totals.with(this.#session?.stats());
  }

  async play(): Promise<void> {
    await this.#start();
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
    this.#video.volume = Math.min(1, Math.max(0, volume));
    this.#video.muted = volume === 0;
  }

  jumpToLive(): void {
    this.#session?.jumpToLive();
  }

  /** To a time of the element, seconds. */
  seek(timeS: number): void {
    this.#session?.seek(timeS);
  }

  seekBy(seconds: number): void {
    this.seek(this.#video.currentTime + seconds);
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

  toggleCaptions(): void {
    showCaptions(this.#video, this.#store.state.captions === 'off');
  }

  setP2p(policy: P2pPolicy): void {
    this.#store.set({ p2pChoice: policy, asksConsent: false });
    this.#session?.setP2p(policy);
    rememberP2p(policy);
  }

  /** What the page allows: no choice of the viewer's, so it is not kept, and answers no question. */
  #allowP2p(policy: P2pPolicy): void {
    const asksConsent = this.#store.state.asksConsent && policy !== 'off';
    const p2pChoice = asksConsent ? 'off' : stricter(policy, rememberedP2p() ?? 'on');
    this.#store.set({ p2pChoice, asksConsent });
    this.#session?.setP2p(p2pChoice);
  }

  answerConsent(policy: P2pPolicy): void {
    this.setP2p(policy);
    this.#root.focus();
  }

  setQuality(name: string): void {
    this.#store.set({ qualityChoice: name });
    this.#session?.setQuality(name);
  }

  toggleOverlay(): void {
    this.#store.set({ overlay: !this.#store.state.overlay });
  }

  retry(): void {
    this.#restart(true);
  }

  diagnostic(): string {
    return diagnosticOf(this.#store.state, this.#attributes.channel, navigator.userAgent, new Date());
  }

  async copyDiagnostic(): Promise<void> {
    const text = this.diagnostic();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      console.info(text);
    }
  }

  /** Properties that a page set before this script had come lie on the element itself and would hide the real ones. */
  #takeEarly(): void {
    for (const name of EARLY) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete (this as Partial<ShoalPlayerElement>)[name];
      Object.assign(this, { [name]: value });
    }
  }

  #read(): PlayerAttributes {
    return parseAttributes(
      (name) => this.getAttribute(name),
      location.origin,
      (message) => console.warn(`<shoal-player> ${message}`),
    );
  }

  /** Loads the words of the viewer's language; without them the player goes on in the one it has. */
  async #speak(): Promise<void> {
    const { lang } = this.#attributes;
    const language = languageOf(lang ? [lang] : navigator.languages ?? []);
    try {
      this.#store.set({ words: await loadWords(language), language });
    } catch {
      console.warn(`<shoal-player> the words of "${language}" could not be loaded`);
    }
  }

  #start(): Promise<void> {
    return this.#starting ??= this.#begin(++this.#visit);
  }

  async #begin(visit: number): Promise<void> {
    const { p2p } = this.#attributes;
    const remembered = rememberedP2p();
    const asksConsent = this.#attributes.consent === 'ask' && remembered === undefined && p2p !== 'off';
    this.#store.set({
      asksConsent,
      p2pChoice: asksConsent ? 'off' : stricter(p2p, remembered ?? 'on'),
      ...(this.hasAttribute('quality') && { qualityChoice: this.#attributes.quality }),
    });
    this.#store.set({ phase: 'joining', reason: undefined });
    const session = await this.#makeSession();
    if (visit !== this.#visit) return;
    this.#session = session;
    await session?.start();
  }

  /** Undefined when its file does not come. */
  async #makeSession(): Promise<Session | undefined> {
    try {
      const { Session } = await import('./session.ts');
      return new Session(this.#video, this.#store, this.#attributes, this.token);
    } catch (error) {
      this.#store.set({ phase: 'unsupported', reason: { code: 'player-failed', message: String(error) } });
      return undefined;
    }
  }

  async #stop(): Promise<void> {
    this.#starting = undefined;
    this.#visit++;
    const session = this.#session;
    this.#session = undefined;
    if (session) this.#totals.add(session.stats());
    this.#store.set({ ...initialState(), ...this.#lasting() });
    await session?.stop();
  }

  /** Several attributes may change in one turn: one restart is enough. */
  #restart(always = false): void {
    if (this.#restartQueued) return;
    this.#restartQueued = true;
    queueMicrotask(async () => {
      this.#restartQueued = false;
      const wasOn = always || this.#starting !== undefined ||
        this.#attributes.autoplay;
      await this.#stop();
      if (wasOn && this.isConnected) await this.#start();
    });
  }

  /** A session goes on with a new token; one that was refused for the old one begins anew. */
  #tokenChanged(): void {
    this.#session?.setToken(this.token);
    if (this.isConnected) this.#watchExpiry();
    if (this.state === 'refused' && tokenReason(this.reason?.code) && this.token) this.#restart();
  }

  #watchExpiry(): void {
    this.#forgetExpiry();
    this.#forgetExpiry = beforeExpiry(
      this.token,
      () => this.#tell('tokenneeded', { reason: 'expires-soon' }),
    );
  }

  #lasting(): Partial<PlayerState> {
    return Object.fromEntries(LASTING.map((name) => [name, this.#store.state[name]]));
  }

  #observe(): void {
    const video = this.#video;
    const on = (target: EventTarget, name: string, listener: (event: Event) => void) => {
      target.addEventListener(name, listener);
      this.#undo.push(() => target.removeEventListener(name, listener));
    };
    on(video, 'click', () => matchMedia('(pointer: fine)').matches && this.togglePlay());
    on(video, 'dblclick', () => this.toggleFullscreen());
    on(video, 'shoal-trouble', (event) => this.#tell('shoal-trouble', (event as CustomEvent).detail));
    on(this.#root, 'keydown', (event) => this.#onKey(event as KeyboardEvent));
    this.#showControls();
    this.#undo.push(
      observeVideo(this, video, this.#store),
      hideWhenIdle(
        this.#root,
        () => this.#mayHideControls(),
        (resting) => this.#store.set({ resting }),
      ),
      showInMediaSession(this.#store, this),
      this.#store.watch(['phase', 'reason', 'title'], ({ phase, reason, title }) => {
        this.#tell('shoal-state', { state: phase, reason, title });
        if (reason && (phase === 'refused' || phase === 'unsupported')) {
          this.#tell('shoal-error', { ...reason });
        }
        const needed = phase === 'refused' ? tokenReason(reason?.code) : undefined;
        if (needed) this.#tell('tokenneeded', { reason: needed });
      }),
      this.#store.watch(['stats'], () => this.#session && this.#tell('shoal-stats', this.stats())),
      this.#store.watch(
        ['paused', 'muted', 'volume'],
        ({ paused, muted, volume }) => this.#tell('shoal-playing', { paused, muted, volume }),
      ),
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

  #tell<Name extends keyof ShoalPlayerEvents>(name: Name, detail: ShoalPlayerEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get('shoal-player')) customElements.define('shoal-player', ShoalPlayerElement);

declare global {
  interface HTMLElementTagNameMap {
    'shoal-player': ShoalPlayerElement;
  }
}
