/** The look of the player. Colours are custom properties, so that a page can give it its own. */
export const styles = `
:host {
  --shoal-ink: #07161b;
  --shoal-text: #eef6f4;
  --shoal-quiet: #a9c0bf;
  --shoal-live: #ff5a47;
  --shoal-peer: #58d6b4;
  display: block; position: relative; aspect-ratio: 16 / 9; container-type: inline-size;
  background: var(--shoal-ink); color: var(--shoal-text); overflow: hidden;
  font: 500 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.player { position: absolute; top: 0; right: 0; bottom: 0; left: 0; outline: none; }
.player.at-rest { cursor: none; }
video { width: 100%; height: 100%; display: block; object-fit: contain; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
svg { width: 22px; height: 22px; fill: currentColor; display: block; }
:focus-visible { outline: 2px solid var(--shoal-peer); outline-offset: 2px; }

.controls {
  position: absolute; right: 0; bottom: 0; left: 0; padding: 34px 10px 6px;
  background: linear-gradient(transparent, rgb(3 14 18 / .55) 45%, rgb(3 14 18 / .86));
  transition: opacity .2s, transform .2s;
}
.bare .controls, .bare .unmute { display: none; }
.at-rest .controls { opacity: 0; transform: translateY(6px); pointer-events: none; }
.row { display: flex; align-items: center; gap: 2px; }
.gap { flex: 1; }
.row button { display: flex; align-items: center; height: 40px; min-width: 40px; padding: 0 9px; border-radius: 8px; }
.row button:hover { background: rgb(255 255 255 / .1); }
.sound { display: flex; align-items: center; }

input[type=range] {
  -webkit-appearance: none; appearance: none; height: 18px; margin: 0; background: none; cursor: pointer;
  --track: linear-gradient(to right, var(--range, #fff) var(--fill, 0%), rgb(255 255 255 / .26) var(--fill, 0%));
}
input[type=range]::-webkit-slider-runnable-track { height: 3px; border-radius: 2px; background: var(--track); }
input[type=range]::-moz-range-track { height: 3px; border-radius: 2px; background: var(--track); }
input[type=range]::-webkit-slider-thumb {
  -webkit-appearance: none; width: 11px; height: 11px; margin-top: -4px; border-radius: 50%; background: #fff;
}
input[type=range]::-moz-range-thumb { width: 11px; height: 11px; border: 0; border-radius: 50%; background: #fff; }
input[type=range]:disabled { pointer-events: none; }
input[type=range]:disabled::-webkit-slider-thumb { visibility: hidden; }
.volume { width: 72px; margin-right: 8px; }
.timeline { display: block; width: calc(100% - 12px); margin: 0 6px; --range: var(--shoal-live); }

.live { gap: 7px; font-weight: 600; }
.live .dot { width: 8px; height: 8px; border-radius: 50%; background: var(--shoal-quiet); }
.live.at-edge .dot { background: var(--shoal-live); box-shadow: 0 0 0 3px rgb(255 90 71 / .25); }
.live .behind { color: var(--shoal-quiet); font-weight: 500; }
.p2p { gap: 6px; }
.p2p.active { color: var(--shoal-peer); }
.menu { position: relative; }
.share { white-space: nowrap; }
.quality-menu button { gap: 6px; }
.panel {
  position: absolute; right: -40px; bottom: 48px; width: min(300px, 86cqw); padding: 14px 16px; border-radius: 14px;
  background: rgb(9 30 36 / .97); box-shadow: 0 10px 40px rgb(0 0 0 / .5); font-size: 13px;
  max-height: min(420px, calc(56cqw - 70px)); overflow: auto;
}
.panel h2 { margin: 0 0 8px; font-size: 14px; }
.figures { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; margin: 0 0 10px; color: var(--shoal-quiet); }
.figures dd { margin: 0; color: var(--shoal-text); }
.choice { display: flex; gap: 10px; padding: 6px 0; cursor: pointer; }
.choice input { flex: none; width: 16px; height: 16px; margin: 2px 0 0; accent-color: var(--shoal-peer); }
.choice b { display: block; font-weight: 600; }
.choice small { color: var(--shoal-quiet); font-size: 12px; line-height: 1.35; display: block; }
.note { margin: 6px 0 0; color: var(--shoal-quiet); }

.slate {
  position: absolute; top: 0; right: 0; bottom: 0; left: 0; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 6px; padding: 24px; text-align: center; background: radial-gradient(120% 90% at 50% 110%, #12414a, #07161b 70%);
}
.slate strong { font-size: clamp(17px, 3.6cqw, 26px); font-weight: 600; letter-spacing: -.01em; text-wrap: balance; }
.slate p { margin: 0; max-width: 46ch; color: var(--shoal-quiet); font-size: clamp(13px, 2cqw, 16px); }
.slate.over { background: none; pointer-events: none; }
.slate.over:has(p:not([hidden])) { background: rgb(5 20 25 / .82); }
.slate.banner {
  top: auto; right: auto; bottom: 84px; left: 12px; flex-direction: row; gap: 10px; padding: 8px 14px; border-radius: 10px; text-align: left;
  background: rgb(9 30 36 / .9);
}
.slate.banner strong { font-size: 14px; }
.slate.banner p, .slate.banner .actions { display: none; }
.actions { display: flex; gap: 10px; margin-top: 8px; }
.actions:not(:has(:not([hidden]))) { display: none; }
.plain { padding: 8px 16px; border-radius: 999px; background: rgb(255 255 255 / .12); }
.plain:hover { background: rgb(255 255 255 / .2); }
.big-play {
  width: 76px; height: 76px; display: grid; place-items: center; border-radius: 50%; background: var(--shoal-text);
  color: var(--shoal-ink); margin-bottom: 8px;
}
.big-play svg { width: 34px; height: 34px; }
.plain.chosen { background: var(--shoal-peer); color: var(--shoal-ink); font-weight: 600; }
.consent {
  position: absolute; bottom: 76px; left: 14px; max-width: min(420px, calc(100% - 28px)); padding: 16px 18px;
  border-radius: 14px; background: rgb(9 30 36 / .97); box-shadow: 0 10px 40px rgb(0 0 0 / .5); font-size: 13px;
}
.consent strong { font-size: 15px; }
.consent p { margin: 6px 0 4px; color: var(--shoal-quiet); }
.consent .actions { flex-wrap: wrap; }
.waves { display: flex; gap: 7px; height: 18px; align-items: center; margin-bottom: 6px; }
.banner .waves { margin: 0; height: 10px; gap: 4px; }
.waves i { width: 14px; height: 6px; border-radius: 60% 0 60% 0; background: var(--shoal-peer); animation: swim 1.1s ease-in-out infinite; }
.banner .waves i { width: 8px; height: 4px; }
.waves i:nth-child(2) { animation-delay: .14s; }
.waves i:nth-child(3) { animation-delay: .28s; }
@keyframes swim { 0%, 100% { transform: translateY(4px); opacity: .45; } 50% { transform: translateY(-4px); opacity: 1; } }

.unmute {
  position: absolute; top: 14px; left: 14px; display: flex; align-items: center; gap: 8px; padding: 8px 14px 8px 10px;
  border-radius: 999px; background: var(--shoal-text); color: var(--shoal-ink); font-weight: 600;
}
.overlay {
  position: absolute; top: 12px; left: 12px; max-width: calc(100% - 24px); max-height: calc(100% - 84px); overflow: auto;
  padding: 12px 38px 12px 14px; border-radius: 12px; background: rgb(5 20 25 / .86); font-size: 12.5px; line-height: 1.5;
}
.overlay dl { display: grid; grid-template-columns: auto 1fr; gap: 0 14px; margin: 0; }
.overlay dt { color: var(--shoal-quiet); }
.overlay dd { margin: 0; overflow-wrap: anywhere; }
.overlay .close { position: absolute; top: 4px; right: 4px; padding: 6px; }
.overlay .close svg { width: 18px; height: 18px; }

/* Old browsers know no aspect-ratio. */
@supports not (aspect-ratio: 1) { :host { height: 56.25vw; max-height: 100vh; } }

@container (max-width: 520px) {
  .volume, .roomy { display: none !important; }
  .controls { padding: 26px 4px 2px; }
  .row button { padding: 0 8px; min-width: 38px; }
  .overlay { font-size: 11px; }
  .consent { inset: auto 0 0 0; max-width: none; border-radius: 14px 14px 0 0; max-height: 100%; overflow: auto; }
  .consent .plain { padding: 6px 12px; }
  .menu { position: static; }
  .panel { inset: auto 8px 62px; width: auto; max-height: calc(56cqw - 70px); padding: 10px 14px; }
  .panel small { display: none; }
  .figures { grid-template: auto auto / repeat(4, auto); grid-auto-flow: column; font-size: 12px; margin-bottom: 6px; }
  .panel [role=radiogroup] { display: flex; flex-wrap: wrap; gap: 0 18px; }
  .note { font-size: 12px; }
}
@media (pointer: coarse) { .row button { height: 44px; min-width: 44px; } }
@media (prefers-reduced-motion: reduce) {
  .waves i { animation: none; opacity: .8; }
  .controls { transition: none; }
}
@media (forced-colors: active) { svg { fill: ButtonText; } }
`;
