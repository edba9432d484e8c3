/**
 * `choose.js`: loads a script for the browser at hand, modules where it is of the last years, else one file in old
 * syntax. Itself in the oldest of syntax, and by functions instead of trying syntax out, which a page's rules forbid.
 *
 *     <script src="/assets/choose.js" data-script="watch"></script>
 */
(function () {
  var own = document.currentScript as HTMLScriptElement;
  var modern = typeof AbortSignal === 'function' && 'any' in AbortSignal && 'toSorted' in Array.prototype;
  var players = document.getElementsByTagName('shoal-player');
  // Without big integers not even the old build can be parsed.
  if (typeof BigInt !== 'function') {
    for (var i = 0; i < players.length; i++) {
      players[i]!.textContent = 'This browser is too old to play here.';
    }
    return;
  }
  var script = document.createElement('script');
  if (modern) script.type = 'module';
  script.src = own.src.replace(/[^/]*$/, '') + (modern ? '' : 'legacy/') + own.getAttribute('data-script') +
    '.js';
  document.head.appendChild(script);
})();
