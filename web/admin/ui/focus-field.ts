/** Puts the focus on the input of the field that was refused, once the refusal is shown. */
import type { ApiFailure } from '../api/client.ts';

export function focusField({ field }: ApiFailure): void {
  if (field === undefined) return;
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[name="${CSS.escape(field)}"]`)?.focus());
}
