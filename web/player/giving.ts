/**
 * Whether this page feeds other viewers at the moment. A hidden page whose mesh runs on the page's own thread is about
 * to have its timers slowed down: it hands its children over in time. In a worker timers keep their pace, so a hidden
 * tab goes on giving there, but for phones, which stop pages that nobody sees. Who pays by the byte, or lives on a
 * phone's battery, takes and does not give.
 */
import { deviceOf, savesDataNow } from '../peer/environment.ts';

export interface GivingFacts {
  /** Nobody sees the page, or the browser is about to freeze it. */
  hidden: boolean;
  frozen: boolean;
  /** Where the mesh runs. */
  thread: 'worker' | 'page';
  phone: boolean;
  savesData: boolean;
  onBattery: boolean;
}

export function mayGive({ hidden, frozen, thread, phone, savesData, onBattery }: GivingFacts): boolean {
  if (frozen || savesData || (phone && onBattery)) return false;
  return !hidden || (thread === 'worker' && !phone);
}

/** The Battery Status API, which Chromium has. */
interface Battery extends EventTarget {
  charging: boolean;
}

interface Browser {
  connection?: EventTarget;
  getBattery?(): Promise<Battery>;
}

/** Tells at once, and whenever it changes, until the answer is called. */
export function watchGiving(thread: 'worker' | 'page', tell: (gives: boolean) => void): () => void {
  const { connection, getBattery } = navigator as unknown as Browser;
  const abort = new AbortController();
  const { signal } = abort;
  const phone = deviceOf(navigator.userAgent) === 'phone';
  let battery: Battery | undefined;
  let told: boolean | undefined;
  const look = (frozen = false) => {
    const gives = mayGive({
      hidden: document.hidden,
      frozen,
      thread,
      phone,
      savesData: savesDataNow(),
      onBattery: battery?.charging === false,
    });
    if (gives !== told && !signal.aborted) tell(told = gives);
  };
  document.addEventListener('visibilitychange', () => look(), { signal });
  document.addEventListener('freeze', () => look(true), { signal });
  document.addEventListener('resume', () => look(), { signal });
  connection?.addEventListener?.('change', () => look(), { signal });
  look();
  if (phone) {
    getBattery?.call(navigator).then((found) => {
      battery = found;
      battery.addEventListener('chargingchange', () => look(), { signal });
      look();
    }, () => {});
  }
  return () => abort.abort();
}
