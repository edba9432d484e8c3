/** A real Chromium for tests: the flags under which a page that nobody looks at plays like one in front. */
import puppeteer, { type Browser } from 'puppeteer-core';
import { LEASH, leashEnv } from '../../scripts/leash.ts';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the browser: `CHROMIUM_PATH`, else the first that is installed. */
export function chromiumPath(): string {
  const set = Deno.env.get('CHROMIUM_PATH');
  const found = [set, ...CANDIDATES].find((path) => path !== undefined && exists(path));
  if (!found) throw new Error(`no Chromium: looked at ${CANDIDATES.join(', ')}; set CHROMIUM_PATH`);
  return found;
}

/** What keeps hidden pages awake; puppeteer sets the same by itself, unless told to ignore its defaults. */
export const STAY_AWAKE = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

export function launchChromium(args: string[] = []): Promise<Browser> {
  return puppeteer.launch({
    executablePath: LEASH,
    env: leashEnv(chromiumPath()),
    headless: true,
    args: [...ARGS, ...STAY_AWAKE, ...args],
  });
}

/** A Chromium that slows hidden pages down, as it does for people. */
export function launchSleepyChromium(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: LEASH,
    env: leashEnv(chromiumPath()),
    headless: true,
    ignoreDefaultArgs: STAY_AWAKE,
    args: ARGS,
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
