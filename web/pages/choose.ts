/**
 * `choose.js`: loads a script for the browser at hand, modules where it is of the last years, else one file in old
 * syntax. Itself in the oldest of syntax, and by functions instead of trying syntax out, which a page's rules forbid.
 *
 *     <script src="/assets/choose.js" data-script="watch"></script>
 */
(() => {
  const own = document.currentScript as HTMLScriptElement;
  const players = document.getElementsByTagName('shoal-player');
  // Without big integers not even the old build can be parsed.
  if (typeof BigInt !== 'function') {
    for (let i = 0; i < players.length; i++) {
      players[i]!.textContent = 'This browser is too old to play here.';
    }
    return;
  }
  const modern = typeof AbortSignal === 'function' && 'any' in AbortSignal &&
    'toSorted' in Array.prototype && 'withResolvers' in Promise;
  const script = document.createElement('script');
  if (modern) script.type = 'module';
  const folder = own.src.replace(/[^/]*$/, '') + (modern ? '' : 'legacy/');
  script.src = `${folder}${own.getAttribute('data-script')}.js`;
  document.head.appendChild(script);
})();
