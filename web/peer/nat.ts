/**
 * The kind of NAT that a peer is behind, learnt from the candidates of one gathering, so that the edge matches peers
 * that can meet. A guess for matching only: ICE finds out for itself what connects.
 */
import type { NatKind } from '../../protocol/tracker.ts';
import { isPrivateAddress } from './connection-facts.ts';
import type { PeerEnvironment } from './environment.ts';

/** Servers as RTCPeerConnection takes them. */
type IceServers = NonNullable<RTCConfiguration['iceServers']>;

/** A gathering that does not end by itself is taken as it is after this long. */
const GATHER_MS = 2500;

/** The fields of an ICE candidate attribute (RFC 8839 section 5.1) that tell of a NAT. */
export interface SeenCandidate {
  type: 'host' | 'srflx' | 'relay' | 'prflx';
  address: string;
  port: number;
  /** The address behind the NAT; browsers may hide it as 0.0.0.0. */
  relatedAddress?: string;
  relatedPort?: number;
}

/** Undefined for anything but a UDP candidate. */
export function parseCandidate(line: string): SeenCandidate | undefined {
  const match = /^(?:a=)?candidate:\S+ \d+ udp \d+ (\S+) (\d+) typ (host|srflx|relay|prflx)(.*)$/i.exec(
    line.trim(),
  );
  if (!match) return undefined;
  const [, address = '', port, type, rest = ''] = match;
  const related = / raddr (\S+) rport (\d+)/.exec(rest);
  return {
    type: type!.toLowerCase() as SeenCandidate['type'],
    address: address.toLowerCase(),
    port: Number(port),
    ...(related && { relatedAddress: related[1]!, relatedPort: Number(related[2]) }),
  };
}

/**
 * open: reachable as it is. cone: every server sees the same port, so a port learnt from one is good for others.
 * symmetric: another port for each. blocked: no server answered over UDP. unknown: one server says too little.
 *
 * @param servers how many STUN or TURN servers were asked.
 */
export function natKindOf(candidates: SeenCandidate[], servers: number): NatKind {
  const v4 = candidates.filter(({ address }) => !address.includes(':'));
  const hosts = v4.filter(({ type }) => type === 'host');
  const mapped = v4.filter(({ type }) => type === 'srflx');
  const isHost = (one: SeenCandidate) =>
    hosts.some(({ address, port }) => address === one.address && port === one.port);
  // A mapping that is the host itself is one that browsers leave out.
  if (mapped.some(isHost) || hosts.some(({ address }) => !isPrivateAddress(address))) return 'open';
  if (servers === 0) return 'unknown';
  if (mapped.length === 0) return candidates.some(({ type }) => type === 'relay') ? 'unknown' : 'blocked';
  if (mapped.some((one) => mapped.some((other) => isOneSocket(one, other) && other.port !== one.port))) {
    return 'symmetric';
  }
  // Where browsers hide which socket a mapping is of, more mappings than sockets tell the same.
  const hidden = mapped.filter(({ relatedPort }) => !relatedPort);
  if (hidden.length > hosts.length) return 'symmetric';
  const keepsPort = mapped.every((one) =>
    one.relatedPort ? one.relatedPort === one.port : hosts.some(({ port }) => port === one.port)
  );
  return servers > 1 || keepsPort ? 'cone' : 'unknown';
}

/** Whether two mappings are known to be of one socket behind the NAT. */
function isOneSocket(a: SeenCandidate, b: SeenCandidate): boolean {
  return !!a.relatedPort && a.relatedPort === b.relatedPort && a.relatedAddress === b.relatedAddress;
}

/** STUN and TURN servers in a configuration: each is one that may say how it sees this peer. */
export function countServers(iceServers: IceServers): number {
  const urls = iceServers.flatMap(({ urls }) => urls);
  return new Set(urls.map((url) => url.replace(/^(turn|stun)s?:|\?.*$/g, ''))).size;
}

/** The STUN servers alone, or with them the TURN servers (a relay is at stake for each gathering with these). */
export function splitServers(iceServers: IceServers): { stun: IceServers; turn: IceServers } {
  const isTurn = ({ urls }: IceServers[number]) => [urls].flat().some((url) => /^turns?:/.test(url));
  return { stun: iceServers.filter((one) => !isTurn(one)), turn: iceServers.filter(isTurn) };
}

/** Gathers once and tells the kind; nothing is connected to. TURN servers are asked only where STUN is too little. */
export async function learnNatKind(environment: PeerEnvironment, iceServers: IceServers): Promise<NatKind> {
  const { RTCPeerConnection, stunServers = Infinity } = environment;
  const { stun, turn } = splitServers(iceServers);
  const witnesses = Math.min(countServers(stun), stunServers);
  const asked = witnesses >= 2 ? stun : iceServers;
  if (!RTCPeerConnection || asked.length === 0) return 'unknown';
  let connection: RTCPeerConnection;
  try {
    connection = new RTCPeerConnection({ iceServers: asked });
  } catch {
    return 'unknown';
  }
  const seen: SeenCandidate[] = [];
  try {
    const gathered = new Promise<void>((resolve) => {
      const timer = environment.setTimer(GATHER_MS, resolve);
      const complete = () => {
        if (connection.iceGatheringState !== 'complete') return;
        environment.clearTimer(timer);
        resolve();
      };
      connection.onicecandidate = ({ candidate }) => {
        const one = parseCandidate(candidate?.candidate ?? '');
        if (one) seen.push(one);
        complete();
      };
      connection.addEventListener('icegatheringstatechange', complete);
    });
    connection.createDataChannel('');
    await connection.setLocalDescription(await connection.createOffer());
    await gathered;
    return natKindOf(seen, witnesses >= 2 ? witnesses : witnesses + countServers(turn));
  } catch {
    return 'unknown';
  } finally {
    connection.onicecandidate = null;
    connection.close();
  }
}
