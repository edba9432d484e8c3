/**
 * The shipped Worker with a count of what its statistics cost: calls between objects, alarms, messages of viewers and
 * dashboards. `/bench/counts` answers it. All objects of a workerd share its isolate, so one book holds them all.
 */
import worker, { Board, Channel, Report, Swarm } from '../main.ts';

export * from '../main.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What reaches these from outside is billed: a request each, a message a twentieth. */
const COUNTED = [
  [Report, 'Report', ['tellShard', 'tellUse', 'tellIngest', 'tellState', 'watch', 'unwatch', 'alarm']],
  [Channel, 'Channel', ['pulse', 'setPace']],
  [Swarm, 'Swarm', ['setPace']],
  [Board, 'Board', ['tellFigures', 'pushFigures', 'pushHistory', 'alarm', 'webSocketMessage']],
] as const;

const counts: Record<string, number> = {};
const count = (what: string) => counts[what] = (counts[what] ?? 0) + 1;

for (const [{ prototype }, object, methods] of COUNTED) {
  for (const method of methods) wrap(prototype, method, () => count(`${object}.${method}`));
}
wrap(Swarm.prototype, 'webSocketMessage', (_, data) => {
  if (typeof data === 'string' && data.includes('"action":"report"')) count('reports');
});

function wrap(prototype: object, method: string, note: (...args: unknown[]) => void): void {
  const methods = prototype as Record<string, Method>;
  const inner = methods[method]!;
  methods[method] = function (this: unknown, ...args: unknown[]) {
    note(...args);
    return inner.apply(this, args);
  };
}

export default {
  fetch(request: Request, ...rest: unknown[]): Response | Promise<Response> {
    if (new URL(request.url).pathname === '/bench/counts') return Response.json(counts);
    return (worker.fetch as (...args: unknown[]) => Response | Promise<Response>)(request, ...rest);
  },
};
