/** What a browser says of itself, as reports show it. Everything is a claim. */
import type { DeviceClass } from '../../protocol/report.ts';

export interface Agent {
  device: DeviceClass;
  /** As `Chrome 141`; empty: unknown. */
  browser: string;
}
