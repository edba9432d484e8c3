/**
 * Ending with whoever started us. `npx … deno task start` is a chain of processes; a SIGTERM to the outermost one
 * alone reaches nobody below it. So the innermost watches the chain, and stops when any link of it is gone.
 */

/** Process ids from our parent up to the outermost npx or deno of this command. Linux only: reads /proc. */
export function launchers(): number[] {
  const chain: number[] = [];
  let pid = Deno.ppid;
  while (pid > 1 && isLauncher(commandLine(pid))) {
    chain.push(pid);
    pid = parentOf(pid);
  }
  return chain;
}

/** Whether a command line is a link of the chain: npm's npx, its shell, the deno shim or deno itself. */
export function isLauncher(argv: string[]): boolean {
  const line = argv.join(' ');
  return /(^|\/| )(npx|npm)( |$)|npm exec|deno/.test(line) && !/^-?(ba|z|fi)?sh$/.test(line);
}

/** Calls `gone` once, when one of the processes has ended. */
export function whenGone(pids: number[], gone: () => void, everyMs = 250): () => void {
  const timer = setInterval(() => {
    if (pids.every(isAlive)) return;
    clearInterval(timer);
    gone();
  }, everyMs);
  return () => clearInterval(timer);
}

function commandLine(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

function parentOf(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}
