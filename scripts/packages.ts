/**
 * System packages that Shoal's commands need, and how they come onto the machine: through the system's own package
 * manager when this process may use it, otherwise by a plain message that names the command.
 */
import { run, succeeds } from './process.ts';

/** A program and the Debian package that holds it. */
export interface SystemPackage {
  program: string;
  package: string;
  why: string;
}

export const FFMPEG: SystemPackage = { program: 'ffmpeg', package: 'ffmpeg', why: 'the test broadcast' };

/** What `deno task test` needs beyond `deno task start`. */
export const TEST_PACKAGES: SystemPackage[] = [
  { ...FFMPEG, why: 'tests that publish and decode real media' },
  { program: 'chromium', package: 'chromium', why: 'tests in a real browser' },
  { program: 'firefox-esr', package: 'firefox-esr', why: 'tests in a second real browser' },
  { program: 'turnserver', package: 'coturn', why: 'tests of TURN with a real server' },
  { program: 'ip', package: 'iproute2', why: 'tests behind NAT, in network namespaces' },
  { program: 'iptables', package: 'iptables', why: 'tests behind NAT, in network namespaces' },
  { program: 'mpv', package: 'mpv', why: 'tests of the antenna with a real player' },
  { program: 'cvlc', package: 'vlc-bin vlc-plugin-base', why: 'tests of the antenna with VLC' },
  { program: 'curl', package: 'curl', why: 'tests that run the examples of the docs' },
  { program: 'jq', package: 'jq', why: 'tests that run the examples of the docs' },
  { program: 'openssl', package: 'openssl', why: 'self-signed certificates' },
];

/** What `deno task test --long` needs beyond that. */
export const LONG_TEST_PACKAGES: SystemPackage[] = [
  {
    program: 'WebKitWebDriver',
    package: 'webkit2gtk-driver gstreamer1.0-libav gstreamer1.0-plugins-good gstreamer1.0-plugins-bad',
    why: 'tests in a third real browser',
  },
  { program: 'Xvfb', package: 'xvfb', why: 'a display for that browser' },
  { program: 'aria2c', package: 'aria2', why: 'tests of replays with a torrent client of another make' },
  { program: 'transmission-cli', package: 'transmission-cli', why: 'the same, with Transmission' },
];

/** The wanted packages whose program is not on PATH. */
export async function missing(wanted: SystemPackage[]): Promise<SystemPackage[]> {
  const found = await Promise.all(wanted.map((one) => succeeds('which', [one.program])));
  return wanted.filter((_, i) => !found[i]);
}

/** The command that installs them, for a person to run. */
export function installCommand(packages: SystemPackage[]): string {
  return `apt-get install -y --no-install-recommends ${packages.map((one) => one.package).join(' ')}`;
}

/** Installs what is missing. Throws an Error that names the packages and the command where it cannot. */
export async function ensure(wanted: SystemPackage[], say: (line: string) => void): Promise<void> {
  const lacking = await missing(wanted);
  if (lacking.length === 0) return;
  const command = installCommand(lacking);
  const list = lacking.map((one) => `${one.package} (${one.why})`).join(', ');
  const prefix = await privilege();
  if (!prefix || !(await succeeds('which', ['apt-get']))) {
    throw new Error(`missing: ${list}. Install them and start again:\n\n  sudo ${command}\n`);
  }
  say(`installing ${list}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const argv = [...prefix, ...command.split(' ')];
  if (!(await run(argv, { env })).success) {
    await run([...prefix, 'apt-get', 'update', '-qq'], { env });
    const second = await run(argv, { env });
    if (!second.success) {
      throw new Error(
        `the package manager could not install ${list}:\n${
          second.output.slice(-2000)
        }\n\n  sudo ${command}\n`,
      );
    }
  }
  const still = await missing(wanted);
  if (still.length > 0) {
    throw new Error(`still missing after "${command}": ${still.map((one) => one.program).join(', ')}`);
  }
}

/** What to put before a command that needs root; undefined when this process cannot become root by itself. */
async function privilege(): Promise<string[] | undefined> {
  if (Deno.uid() === 0) return [];
  return (await succeeds('sudo', ['-n', 'true'])) ? ['sudo', '-n', '-E'] : undefined;
}
