/** A part of the dashboard that loads late and is not there: a newer version was deployed under an open page. */
import { announce } from './announce.tsx';

export function partMissing(): void {
  announce('A part of this page could not be loaded. Reload it.');
}
