/**
 * A data channel's description as Shoal's peers tell it to each other: what the other side cannot know, in about a
 * quarter of the SDP's bytes (protocol/README.md, "Descriptions"). What does not fit the form goes as SDP, which
 * every reader takes as well.
 */
import { fromBase64Url, fromHex, toBase64Url, toHex } from '../../protocol/bytes.ts';

const SETUPS = { o: 'actpass', a: 'active', p: 'passive' };
const KINDS = { h: 'host', s: 'srflx', q: 'prflx', r: 'relay' };
/** What every description of this form allows; the mesh's messages are far smaller. */
const MAX_MESSAGE_BYTES = 262_144;
/** As Connection.ts bounds those that trickle. */
const MOST_CANDIDATES = 64;

const HEAD = /^1 ([a-z0-9+/]{4,256}) ([a-z0-9+/]{22,256}) ([a-z0-9_-]{43}) ([oap])(e?)$/i;
const CANDIDATE = /^([hsqr])([0-9a-z]{1,7}) ([0-9a-z.:-]{1,255}) (\d{1,5})$/i;

/** Candidates over TCP are told to nobody: browsers make active ones only, of which no two meet. */
export function isOfUse(candidate: string): boolean {
  return / 1 udp /i.test(candidate);
}

/**
 * Parts what is told at first from what is told only where that leads nowhere: the IPv6 candidates of who has others.
 * Every pair of candidates that works is kept alive for as long as the connection lasts, and one is enough.
 * `held` is undefined where nothing may be held back.
 */
export function holdBack(sdp: string): { sdp: string; held: string[] | undefined } {
  const candidates = [...sdp.matchAll(/^a=(candidate:.*?)\s*$/gm)].map((m) => m[1]!).filter(isOfUse);
  const held = candidates.filter(isIpv6);
  if (held.length === candidates.length) return { sdp, held: undefined };
  if (held.length === 0) return { sdp, held };
  const isTold = (line: string) =>
    !held.includes(line.slice(2).trimEnd()) && !line.startsWith('a=end-of-candidates');
  return { sdp: sdp.split(/(?<=\n)/).filter(isTold).join(''), held };
}

export function isIpv6(candidate: string): boolean {
  return candidate.split(' ')[4]?.includes(':') === true;
}

export function packDescription(sdp: string): string {
  const all = (name: string) =>
    [...sdp.matchAll(new RegExp(`^a=${name}:(.*?)\\s*$`, 'gm'))].map((m) => m[1]!);
  const one = (name: string) => {
    const values = new Set(all(name));
    return values.size === 1 ? [...values][0]! : '';
  };
  const print = /^sha-256 ([0-9a-f:]{95})$/i.exec(one('fingerprint'))?.[1];
  const digest = print === undefined ? undefined : fromHex(print.replaceAll(':', '').toLowerCase());
  const setup = keyOf(SETUPS, one('setup'));
  const fits = sdp.match(/^m=/gm)?.length === 1 && one('mid') === '0' && one('sctp-port') === '5000' &&
    Number(one('max-message-size')) >= MAX_MESSAGE_BYTES;
  if (!fits || !digest || !setup) return sdp;
  const isAll = /^a=end-of-candidates\s*$/m.test(sdp);
  const head = `1 ${one('ice-ufrag')} ${one('ice-pwd')} ${toBase64Url(digest)} ${setup}${isAll ? 'e' : ''}`;
  const candidates = all('candidate').filter(isOfUse).map((text) => {
    const [, , , priority, address, port, , type] = text.split(' ');
    return `${keyOf(KINDS, type ?? '')}${Number(priority).toString(36)} ${address} ${port}`;
  });
  const packed = [head, ...candidates].join('|');
  // Only what comes out again is sent.
  return parse(packed) ? packed : sdp;
}

/** The SDP of a packed description; SDP stays what it is. Throws when it is neither. */
export function unpackDescription(text: string): string {
  if (text.startsWith('v=0')) return text;
  const parsed = parse(text);
  if (!parsed) throw new Error('a description must be SDP or of the short form');
  const { user, password, digest, setup, isAll, candidates } = parsed;
  const print = toHex(digest).toUpperCase().match(/../g)!.join(':');
  const lines = [
    ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'a=msid-semantic: WMS'],
    ...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0'],
    // No two share a foundation, so that none waits for another's check (RFC 8445, section 6.1.2.6).
    ...candidates.map(({ kind, priority, address, port }, i) =>
      `a=candidate:${i + 1} 1 udp ${priority} ${address} ${port} typ ${kind}` +
      (kind === 'host' ? '' : ' raddr 0.0.0.0 rport 0')
    ),
    ...(isAll ? ['a=end-of-candidates'] : []),
    ...[`a=ice-ufrag:${user}`, `a=ice-pwd:${password}`, 'a=ice-options:trickle'],
    ...[`a=fingerprint:sha-256 ${print}`, `a=setup:${setup}`, 'a=mid:0', 'a=sctp-port:5000'],
    `a=max-message-size:${MAX_MESSAGE_BYTES}`,
  ];
  return lines.join('\r\n') + '\r\n';
}

function parse(text: string) {
  const [first, ...rest] = text.split('|');
  const head = HEAD.exec(first!);
  const digest = fromBase64Url(head?.[3] ?? '');
  if (!head || digest?.length !== 32 || rest.length > MOST_CANDIDATES) return undefined;
  const candidates = [];
  for (const one of rest) {
    const found = CANDIDATE.exec(one);
    if (!found) return undefined;
    const [, kind, priority, address, port] = found;
    candidates.push({
      kind: KINDS[kind as keyof typeof KINDS],
      priority: parseInt(priority!, 36),
      address,
      port,
    });
  }
  const [, user, password, , setup, end] = head;
  return {
    user,
    password,
    digest,
    setup: SETUPS[setup as keyof typeof SETUPS],
    isAll: end !== '',
    candidates,
  };
}

function keyOf(words: Record<string, string>, word: string): string | undefined {
  return Object.keys(words).find((key) => words[key] === word);
}
