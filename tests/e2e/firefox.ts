/** A real Firefox for tests, driven over WebDriver BiDi. */
import puppeteer, { type Browser } from 'puppeteer-core';
import { LEASH, leashEnv } from '../../scripts/leash.ts';

const CANDIDATES = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];

/** Path of the browser: `FIREFOX_PATH`, else the first that is installed. */
export function firefoxPath(): string {
  const found = [Deno.env.get('FIREFOX_PATH'), ...CANDIDATES].find((path) =>
    path !== undefined && exists(path)
  );
  if (!found) throw new Error(`no Firefox: looked at ${CANDIDATES.join(', ')}; set FIREFOX_PATH`);
  return found;
}

export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: LEASH,
    env: leashEnv(firefoxPath()),
    headless: true,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      // Both browsers run on this machine: its own addresses have to do, unhidden.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'browser.safebrowsing.update.enabled': false,
      'app.update.enabled': false,
      'toolkit.telemetry.enabled': false,
      // A page in the background counts as one in front.
      'dom.min_background_timeout_value': 4,
      'dom.timeout.enable_budget_timer_throttling': false,
    },
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
