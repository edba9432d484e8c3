/** What `deno task size` weighs our mesh against: the engine of P2P Media Loader for Shaka, without Shaka. */
export { ShakaP2PEngine } from 'p2p-media-loader-shaka';
