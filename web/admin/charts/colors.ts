/** Colours of tokens.css for a canvas, which knows no variables. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** The colour that a variable has now, as `rgb(…)`. */
export function colorOf(variable: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${variable})`;
  document.body.appendChild(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Dark or light; a view that reads it is drawn again when the system changes its mind. */
export function useScheme(): 'dark' | 'light' {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const dark = useSignal(query.matches);
  useEffect(() => {
    const listen = () => dark.value = query.matches;
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  return dark.value ? 'dark' : 'light';
}
