/** What stock clients say, byte for byte as long as in a browser. */

/** Offers of one announce: the most that bittorrent-tracker's client makes. */
export const STOCK_OFFERS = 5;

/** A data channel's description as Chromium makes it: three candidates, one of them by STUN. */
export const SDP = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  'm=application 54321 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 203.0.113.77',
  'a=candidate:842163049 1 udp 2113937151 3c2a1b7e-8d2f-4d0c-9c4e-7b1f0a5e6d3c.local 54321 typ host generation 0 network-cost 999',
  'a=candidate:842163050 1 udp 2113939711 9f4e2d1c-1a3b-4c5d-8e7f-0a9b8c7d6e5f.local 54322 typ host generation 0 network-cost 999',
  'a=candidate:1677722871 1 udp 1677729535 203.0.113.77 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999',
  'a=ice-ufrag:Qm3x',
  'a=ice-pwd:k2Lr8vN0aZc5Yt1WqEo7Jd9B',
  'a=ice-options:trickle',
  'a=fingerprint:sha-256 8E:1B:47:A2:5D:93:0C:F6:71:2E:B8:4A:D5:69:13:C7:FE:80:3B:94:26:5F:A1:D8:0E:72:BC:45:97:E3:1A:6D',
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  '',
].join('\r\n');

/** Twenty characters, each a byte, that tell peers and offers apart. */
export function binaryId(prefix: string, number: number): string {
  return (prefix + String(number).padStart(20, '0').slice(prefix.length)).slice(0, 20);
}

/** Stringified once: the load generator makes thousands a second. */
const OFFER = JSON.stringify({ type: 'offer', sdp: SDP });

export function stockAnnounce(infoHash: string, peerId: string, offers: number, event?: string): string {
  const head = JSON.stringify({
    numwant: offers,
    uploaded: 0,
    downloaded: 0,
    left: 1_000_000,
    ...(event && { event }),
    action: 'announce',
    info_hash: infoHash,
    peer_id: peerId,
  });
  const made = Array.from(
    { length: offers },
    (_, i) => `{"offer":${OFFER},"offer_id":"${binaryId('o', nextOffer++ * 10 + i)}"}`,
  );
  return `${head.slice(0, -1)},"offers":[${made}]}`;
}
let nextOffer = 0;

export function stockAnswer(
  infoHash: string,
  peerId: string,
  to: string,
  offerId: string,
  sdp = SDP,
): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: infoHash,
    peer_id: peerId,
    to_peer_id: to,
    answer: { type: 'answer', sdp },
    offer_id: offerId,
  });
}
