/** Rows of the API's lists, as its routes type them. */
import type { InferResponseType } from 'hono/client';
import type { Api } from './api/client.ts';

/** Of `GET /api/channels`. */
export type ChannelRow = InferResponseType<Api['channels']['$get']>['items'][number];

/** `POST /api/channels`; the stream key is shown this once. */
export type MadeChannel = InferResponseType<Api['channels']['$post']>;
