/** List prices, dollars. Without free allowances, monthly minimums and discounts. */

/** When they were looked up. */
export const PRICES_AS_OF = '2026-11-22';

/** Cloudflare, Workers Paid: developers.cloudflare.com, pricing of Workers and of Durable Objects. */
export const CLOUDFLARE = {
  perWorkerRequest: 0.30 / 1e6,
  /** HTTP to an object, RPC session, WebSocket upgrade, alarm. */
  perObjectRequest: 0.15 / 1e6,
  /** Inbound WebSocket messages for one object request; outbound ones are free. */
  messagesPerRequest: 20,
  /** While an object is in memory and cannot hibernate. */
  perGigabyteSecond: 12.50 / 1e6,
  objectGigabytes: 0.128,
  /** No fee. */
  perEgressGigabyte: 0,
};

/** Delivery by a CDN, a gigabyte: the cheapest and the dearest volume price that was found. Requests free. */
export const CDN = { cheapestPerGigabyte: 0.005, dearestPerGigabyte: 0.0576 };
