/** Rows of the API's lists as the dashboard reads them, where protocol/ has them in parts. */
import type { ChannelResource } from '../../protocol/channel.ts';
import type { ChannelNews } from '../../protocol/report.ts';

/** `GET /api/channels`. */
export type ChannelRow = ChannelResource & Partial<Omit<ChannelNews, 'name' | 'state' | 'reason'>>;

/** `POST /api/channels`. */
export interface MadeChannel {
  channel: ChannelResource;
  /** Shown this once. */
  streamKey: string;
}
