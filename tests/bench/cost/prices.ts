/** List prices, dollars. Without free allowances, monthly minimums and discounts. */

/** When they were looked up. */
export const PRICES_AS_OF = '2026-11-30';

/** Cloudflare, Workers Paid: developers.cloudflare.com, pricing of Workers and of Durable Objects. */
export const CLOUDFLARE = {
  /** HTTP or WebSocket upgrade. What is asked of static assets alone is free, as are calls to the Cache API. */
  perWorkerRequest: 0.30 / 1e6,
  /** A millisecond of the Worker's CPU time; the objects' is in what they cost while in memory. */
  perCpuMs: 0.02 / 1e6,
  /** HTTP to an object, each call by RPC, WebSocket upgrade, alarm: beside the Worker's own request. */
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
