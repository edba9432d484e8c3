/** Comes first in every legacy bundle. */
import { fill } from './polyfills.ts';

fill(self as unknown as Record<string, unknown>);
