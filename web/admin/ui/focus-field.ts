/** Puts the focus on an input by its name, once what is being drawn is there. */
import type { ApiFailure } from '../api/client.ts';

export function focusNamed(name: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`)?.focus());
}

/** On the input of the field that was refused. */
export function focusField({ field }: ApiFailure): void {
  if (field !== undefined) focusNamed(field);
}
