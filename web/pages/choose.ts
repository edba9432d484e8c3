/**
 * `choose.js`, and the script that stands in the watch and the embed page: loads a script for the browser at hand,
 * modules where it is of the last years, else one file in old syntax. Itself in the oldest of syntax, and by functions
 * instead of trying syntax out, which a page's rules forbid.
 *
 *     <script src="/assets/choose.js" data-script="watch"></script>
 *
 * `data-worker` names the worker of a page that plays at once: it starts while the page's own script is still on its
 * way, and lies in `shoalWorker` until that takes it (web/peer/remote/start-worker.ts).
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
  // In a page it has no address.
  const folder = own.src.replace(/[^/]*$/, '') || '/assets/';
  const name = own.getAttribute('data-script');
  const worker = own.getAttribute('data-worker');
  const plays = name === 'watch' || /[?&]autoplay\b/.test(location.search);
  if (
    modern && worker && plays && /AppleWebKit\//.test(navigator.userAgent) &&
    !/mesh=page/.test(location.search)
  ) {
    (self as { shoalWorker?: Worker }).shoalWorker = new Worker(folder + worker, {
      type: 'module',
      name: 'shoal',
    });
  }
  const script = document.createElement('script');
  if (modern) script.type = 'module';
  script.src = `${folder}${modern ? '' : 'legacy/'}${name}.js`;
  document.head.appendChild(script);
})();
