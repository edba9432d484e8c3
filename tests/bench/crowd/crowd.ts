/** A crowd of headless viewers on one channel, spread over processes: node-datachannel bears one isolate each. */
import type { ChildOptions, ChildResult } from './child.ts';

export interface CrowdOptions {
  edgeUrl: string;
  channel: string;
  /** One viewer for each; null: the channel's own upload budget. */
  uploadsKbps: (number | null)[];
  processes: number;
  /** Viewers that join a second. */
  joinsPerS: number;
  /** Wait after the last join, and measure. */
  settleS: number;
  seconds: number;
}

/** Lets them join, settle and be measured; answers what all processes counted. */
export async function runCrowd(options: CrowdOptions): Promise<ChildResult> {
  const { edgeUrl, channel, uploadsKbps, processes, joinsPerS, settleS, seconds } = options;
  const children = Array.from({ length: processes }, (_, at) => {
    const mine = uploadsKbps.filter((_, i) => i % processes === at);
    return startChild({ edgeUrl, channel, uploadsKbps: mine, spacingMs: 1000 * processes / joinsPerS });
  });
  try {
    await wait(uploadsKbps.length / joinsPerS + settleS);
    for (const child of children) await child.tell('begin');
    await wait(seconds);
    for (const child of children) await child.tell('end');
    return merge(await Promise.all(children.map((child) => child.result)));
  } finally {
    for (const child of children) child.kill();
  }
}

/** The figures of several processes as of one. */
export function merge(results: ChildResult[]): ChildResult {
  const hops = Math.max(0, ...results.map(({ lagsByHop }) => lagsByHop.length));
  return {
    viewers: results.flatMap(({ viewers }) => viewers),
    lagsByHop: Array.from(
      { length: hops },
      (_, hop) => results.flatMap(({ lagsByHop }) => lagsByHop[hop] ?? []),
    ),
    sentBytes: results.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
  };
}

function startChild(options: ChildOptions) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...['run', '-A', '--no-check', new URL('child.ts', import.meta.url).pathname],
      JSON.stringify(options),
    ],
    stdin: 'piped',
    stdout: 'piped',
    stderr: 'inherit',
  }).spawn();
  const writer = child.stdin.getWriter();
  return {
    tell: (line: string) => writer.write(new TextEncoder().encode(`${line}\n`)),
    result: new Response(child.stdout).text().then((text): ChildResult => {
      const last = text.trimEnd().split('\n').at(-1);
      if (!last?.startsWith('{')) {
        throw new Error(`a process of the crowd ended without a result: ${text.slice(-500)}`);
      }
      return JSON.parse(last);
    }),
    kill() {
      try {
        child.kill('SIGKILL');
      } catch { /* it is gone already */ }
    },
  };
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
