/** Moving about without loading the page again: plain links, the history, and where the focus goes. */
import { computed, signal } from '@preact/signals';
import { routeOf } from './route.ts';

const path = signal(location.pathname);

/** Where we are. */
export const route = computed(() => routeOf(path.value));

export function goTo(to: string): void {
  if (to === location.pathname) return;
  history.pushState(null, '', to);
  arrive();
}

/** Takes over clicks on links below /admin, and the browser's back and forward. */
export function followLinks(): void {
  addEventListener('popstate', arrive);
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return;
    if (link.origin !== location.origin || !/^\/admin(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    goTo(link.pathname);
  });
}

/** A screen reader hears the new page's heading, the next Tab begins there. */
function arrive(): void {
  path.value = location.pathname;
  requestAnimationFrame(() => {
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  });
}
