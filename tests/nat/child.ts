/** A child process within a namespace that answers lines with lines of JSON, and ends when its input does. */
import { leashed } from '../../scripts/leash.ts';
import { TextLineStream } from './lines.ts';
import { inside } from './lab.ts';

export class Child {
  #child: Deno.ChildProcess;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #reader: ReadableStreamDefaultReader<string>;
  #log: Promise<string>;

  /** Runs a module of this folder under Deno. */
  constructor(namespace: string, module: string, ...args: string[]) {
    const path = new URL(module, import.meta.url).pathname;
    const { program, args: argv } = inside(
      namespace,
      ...[Deno.execPath(), 'run', '-A', '--no-check', path, ...args],
    );
    this.#child = leashed(program, {
      args: argv,
      stdin: 'piped',
      stdout: 'piped',
      stderr: 'piped',
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.#log = new Response(this.#child.stderr).text();
  }

  /** The next line that is no log line, parsed. Throws with what the child said of its end when there is none. */
  async next<T>(): Promise<T> {
    for (;;) {
      const { value } = await this.#reader.read();
      if (value === undefined) {
        throw new Error(`a process in the laboratory ended:\n${(await this.#log).slice(-4000)}`);
      }
      const line = JSON.parse(value);
      // What the edge logs comes out of the same process.
      if (line.level === undefined) return line;
    }
  }

  async ask<T>(): Promise<T> {
    await this.#writer.write(new TextEncoder().encode('?\n'));
    return await this.next();
  }

  async stop(): Promise<void> {
    await this.#writer.close().catch(() => {});
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#reader.cancel().catch(() => {});
    await this.#child.status;
    await this.#log;
    clearTimeout(timer);
  }
}
