/**
 * Programs that cannot outlive the test that started them, however it ends: one that is killed (a time limit, an
 * impatient developer) runs no `finally`. The kernel sends a SIGKILL when the thread that started them is gone
 * (PR_SET_PDEATHSIG, by util-linux's setpriv); it does so for programs that are stuck, too. Where there is no setpriv
 * they run without.
 *
 * What a leashed program starts itself ends with it only if it sees to that: browsers do.
 */
import { pathOf } from './paths.ts';

/** In place of the program's own path, where one path is all that may be told; `env` beside it. */
export const LEASH = pathOf(new URL('leash.sh', import.meta.url));

/** The environment in which LEASH runs this program. */
export function leashEnv(program: string): Record<string, string> {
  return { ...Deno.env.toObject(), LEASHED_PROGRAM: program };
}

/** Deno.Command for a leashed program: same pid, signals and exit code as without. */
export function leashed(program: string, options: Deno.CommandOptions): Deno.Command {
  return new Deno.Command(LEASH, { ...options, env: { ...options.env, LEASHED_PROGRAM: program } });
}
