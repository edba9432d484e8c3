/** Child processes: short ones that are waited for, long ones whose output is prefixed and whose end is certain. */

export interface Finished {
  success: boolean;
  /** stdout and stderr together. */
  output: string;
}

/** Runs a command to its end. A program that is not there counts as failed. */
export async function run(
  argv: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Finished> {
  const [program, ...args] = argv;
  if (!program) throw new Error('run: the command must not be empty');
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      stdin: 'null',
      stdout: 'piped',
      stderr: 'piped',
      ...options,
    }).output();
    const decoder = new TextDecoder();
    return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { success: false, output: `${program}: not found` };
    throw error;
  }
}

export async function succeeds(program: string, args: string[]): Promise<boolean> {
  return (await run([program, ...args])).success;
}

/** A long-running part of `deno task start`. */
export class Part {
  readonly name: string;
  /** Settles with the exit code when the process is gone. */
  readonly exited: Promise<number>;
  #child: Deno.ChildProcess;
  #gone = false;

  /** Starts it; every line it prints goes to `print`, prefixed with its name. */
  constructor(
    name: string,
    argv: string[],
    options: { env?: Record<string, string>; cwd?: string; print: (line: string) => void },
  ) {
    this.name = name;
    const [program = '', ...args] = argv;
    this.#child = new Deno.Command(program, {
      args,
      env: options.env,
      cwd: options.cwd,
      stdin: 'null',
      stdout: 'piped',
      stderr: 'piped',
      // Ctrl-C reaches a whole foreground group at once; the parts are stopped in order by us, so each has its own.
      detached: true,
    }).spawn();
    const printed = [this.#child.stdout, this.#child.stderr].map((stream) =>
      eachLine(stream, (line) => options.print(`${name.padEnd(7)}| ${line}`))
    );
    this.exited = this.#child.status.then(async ({ code }) => {
      this.#gone = true;
      await Promise.all(printed);
      return code;
    });
  }

  /** SIGTERM, and SIGKILL to its whole group if it is still there after `graceMs`. */
  async stop(graceMs = 5000): Promise<void> {
    if (this.#gone) return;
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL', true), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  #signal(signal: Deno.Signal, group = false): void {
    try {
      Deno.kill(group ? -this.#child.pid : this.#child.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
    }
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let held = '';
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split('\n');
    held = (lines.pop() ?? '').slice(-65_536);
    for (const line of lines) take(line);
  }
  if (held) take(held);
}
