/**
 * What a worker and its page say about connections. A PeerConnection lives in the page and cannot leave it; its data
 * channel is handed over right after it is made, and what goes over it never touches the page again.
 */

/** What a connection is known to be, sent along with everything the page says of it. */
export interface ConnectionFacts {
  connectionState: RTCPeerConnectionState;
  iceGatheringState: RTCIceGatheringState;
  localSdp: string | undefined;
}

export type ConnectionMethod =
  | 'createOffer'
  | 'createAnswer'
  | 'setLocalDescription'
  | 'setRemoteDescription'
  | 'addIceCandidate'
  | 'getStats';

/** Worker to page. */
export type ConnectionRequest =
  | { type: 'open'; id: number; configuration: RTCConfiguration | undefined }
  | { type: 'channel'; id: number; label: string; options: RTCDataChannelInit | undefined }
  | { type: 'call'; id: number; call: number; method: ConnectionMethod; argument: unknown }
  | { type: 'close'; id: number };

/** Page to worker. */
export type ConnectionNews =
  | { type: 'channel'; id: number; channel: RTCDataChannel; incoming: boolean }
  | { type: 'answer'; id: number; call: number; value: unknown; facts: ConnectionFacts }
  | { type: 'failed'; id: number; call: number; message: string }
  | { type: 'candidate'; id: number; candidate: RTCIceCandidateInit | null; facts: ConnectionFacts }
  | {
    type: 'changed';
    id: number;
    what: 'connectionstatechange' | 'icegatheringstatechange';
    facts: ConnectionFacts;
  };
