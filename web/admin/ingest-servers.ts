/** RTMP addresses to push to, as the connected origins name them. */
import { signal } from '@preact/signals';

/** Until an origin says better: RTMP's port on the host of this page. */
export const ingestServers = signal<string[]>([`rtmp://${location.hostname}:1935/live`]);
