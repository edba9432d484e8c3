/**
 * A real WebKit for tests: Debian's WebKitGTK (MiniBrowser) on a display in memory, driven by the W3C WebDriver
 * protocol. It plays on a clock of its own: GStreamer's sink without a sound card.
 */
import { leashed } from '../../scripts/leash.ts';
import { descendants } from '../process-tree.ts';
import { freePort } from '../free-port.ts';
import { keepLog } from '../child-log.ts';
import { until } from '../until.ts';

/** Longest wait for one answer of the driver; it has none to a page that is stuck. */
const ANSWER_MS = 60_000;
/** `WEBKIT_DRIVER_PATH`, else Debian's (package webkit2gtk-driver). */
const DRIVER = Deno.env.get('WEBKIT_DRIVER_PATH') ?? '/usr/bin/WebKitWebDriver';

export interface WebKitPage {
  goto(url: string): Promise<void>;
  /** Runs the expression in the page; answers its value, which must be JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** PNG. */
  screenshot(): Promise<Uint8Array>;
  /** What driver and browser printed. */
  log(): string;
  close(): Promise<void>;
}

export async function launchWebKit(): Promise<WebKitPage> {
  const port = freePort();
  const display = await startDisplay();
  const child = leashed(DRIVER, {
    args: [`--port=${port}`],
    env: {
      DISPLAY: display.name,
      // GStreamer takes the sink of the highest rank, and this one needs no sound card but keeps time.
      GST_PLUGIN_FEATURE_RANK: 'fakeaudiosink:MAX',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const log = keepLog(child);
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { value } = await answer.json() as { value: unknown };
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(value)}`);
    return value;
  };
  const end = async () => {
    const family = [child.pid, ...descendants(child.pid)];
    for (const pid of family) {
      try {
        Deno.kill(pid, 'SIGTERM');
      } catch { /* it is gone already */ }
    }
    await child.status;
    await log.ended;
    await display.stop();
  };
  try {
    await until('the WebKit driver answers', () => call('GET', '/status'), {
      show: () => log.text(),
    });
    const { sessionId } = await call('POST', '/session', {
      capabilities: {
        alwaysMatch: { 'webkitgtk:browserOptions': { args: ['--automation', '--autoplay-policy=allow'] } },
      },
    }) as { sessionId: string };
    const session = `/session/${sessionId}`;
    return {
      goto: async (url) => void await call('POST', `${session}/url`, { url }),
      evaluate: (expression) =>
        call('POST', `${session}/execute/sync`, { script: `return ${expression}`, args: [] }),
      screenshot: async () =>
        Uint8Array.from(atob(await call('GET', `${session}/screenshot`) as string), (c) => c.charCodeAt(0)),
      log: log.text,
      async close() {
        await call('DELETE', session).catch(() => {});
        await end();
      },
    };
  } catch (error) {
    await end();
    throw new Error(`no WebKit: ${error}\n${log.text()}`);
  }
}

/** A display in memory, under a number of its own choosing. When it ends, so does what is shown on it. */
async function startDisplay(): Promise<{ name: string; stop(): Promise<void> }> {
  const child = leashed('Xvfb', {
    args: ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
    stdin: 'null',
    stdout: 'piped',
    stderr: 'null',
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let number = '';
  while (!number.endsWith('\n')) {
    const { value, done } = await reader.read();
    if (done) throw new Error('no display: Xvfb ended');
    number += value;
  }
  return {
    name: `:${number.trim()}`,
    async stop() {
      child.kill('SIGTERM');
      await child.status;
      await reader.cancel();
    },
  };
}
