/**
 * Ending with whoever started us. `npx … deno task start` is a chain of processes; a SIGTERM to the outermost one
 * alone reaches nobody below it. So the innermost watches the chain, and stops when any link of it is gone or was
 * told to go.
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

/**
 * Calls `stop` once: when one of the processes has ended, or when one that is a waiting shell was woken by a signal.
 *
 * npm hands a SIGINT on to the shell between it and us, and the shell keeps it to itself until its child ends. That
 * shell does nothing but wait, so a wake-up (a voluntary context switch) is the trace that the signal leaves.
 */
export function whenToldToStop(pids: number[], stop: () => void, everyMs = 250): () => void {
  const shells = pids.filter((pid) => isWaitingShell(commandLine(pid)));
  let asleep = shells.map(wakeUps);
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // We were stopped ourselves (Ctrl-Z) or held up: the shell was woken to go on, not to end.
    if (now - lookedAt > 4 * everyMs) asleep = shells.map(wakeUps);
    lookedAt = now;
    if (pids.every(isAlive) && shells.every((pid, i) => wakeUps(pid) === asleep[i])) return;
    clearInterval(timer);
    stop();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Calls `stop` once, when one of the processes has ended. */
export function whenGone(pids: number[], stop: () => void, everyMs = 1000): () => void {
  const timer = setInterval(() => {
    if (pids.every(isAlive)) return;
    clearInterval(timer);
    stop();
  }, everyMs);
  return () => clearInterval(timer);
}

/** `sh -c COMMAND`: what npm starts a package's program with. */
export function isWaitingShell(argv: string[]): boolean {
  return /(^|\/)(da|ba)?sh$/.test(argv[0] ?? '') && argv[1] === '-c';
}

function wakeUps(pid: number): string | undefined {
  try {
    return /^voluntary_ctxt_switches:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  } catch {
    return undefined;
  }
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
