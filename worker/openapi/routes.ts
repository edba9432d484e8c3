/** Every route below /api, as the document and the docs page show it. A test holds it against the routes themselves. */
import { accessDocs } from './access-docs.ts';
import { boxDocs } from './box-docs.ts';
import { channelDocs } from './channel-docs.ts';
import { rentalDocs } from './rental-docs.ts';
import type { RouteDoc } from './route-doc.ts';
import { statisticsDocs } from './statistics-docs.ts';

export const ROUTE_DOCS: RouteDoc[] = [
  ...channelDocs,
  ...statisticsDocs,
  ...accessDocs,
  ...rentalDocs,
  ...boxDocs,
];
