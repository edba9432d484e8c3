/**
 * Takes from a page of a new Chromium what Chromium 68 (webOS 5, Tizen 5.5) does not have: newer functions, workers that
 * take modules, Ed25519 in WebCrypto. Old syntax is the business of the build's target. For `evaluateOnNewDocument`.
 */
export const GROW_OLD = `
  for (const name of ['at', 'findLast', 'toSorted', 'flat', 'flatMap']) delete Array.prototype[name];
  for (const name of ['at', 'replaceAll', 'matchAll']) delete String.prototype[name];
  for (const name of ['fromEntries', 'hasOwn']) delete Object[name];
  for (const name of ['any', 'timeout']) delete AbortSignal[name];
  delete AbortSignal.prototype.throwIfAborted;
  delete Promise.withResolvers;
  delete Element.prototype.replaceChildren;
  for (const name of ['Worker', 'queueMicrotask', 'structuredClone']) delete window[name];
  const generateKey = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
    if (algorithm.name === 'Ed25519') return Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'));
    return generateKey.call(this, algorithm, ...rest);
  };
`;
