/**
 * `choose.js`: loads a script for the browser at hand, modules where it is of the last years, else one file in old
 * syntax. Itself in the oldest of syntax, and by functions instead of trying syntax out, which a page's rules forbid.
 *
 *     <script src="/assets/choose.js" data-script="watch"></script>
 */
(function () {
  var own = document.currentScript as HTMLScriptElement;
  var modern = typeof AbortSignal === 'function' && 'any' in AbortSignal && 'toSorted' in Array.prototype;
  var script = document.createElement('script');
  if (modern) script.type = 'module';
  script.src = own.src.replace(/[^/]*$/, '') + (modern ? '' : 'legacy/') + own.getAttribute('data-script') +
    '.js';
  document.head.appendChild(script);
})();
