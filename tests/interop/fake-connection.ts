/**
 * As much of RTCPeerConnection as the stock client asks for before it hands a peer out: the tracker is what is under
 * test, and it never looks into an offer.
 */
let made = 0;

class FakeChannel extends EventTarget {
  readyState = 'connecting';
  bufferedAmount = 0;
  binaryType = 'arraybuffer';
  close(): void {
    this.readyState = 'closed';
  }
}

export class FakeConnection extends EventTarget {
  signalingState = 'stable';
  iceConnectionState = 'new';
  iceGatheringState = 'new';
  connectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string } | null = null;
  onicecandidate: ((event: { candidate: null }) => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;

  createDataChannel(): FakeChannel {
    return new FakeChannel();
  }

  async createOffer() {
    return { type: 'offer', sdp: `v=0 offer ${++made}\r\n` };
  }

  async createAnswer() {
    return { type: 'answer', sdp: `v=0 answer ${++made}\r\n` };
  }

  async setLocalDescription(description: { type: string; sdp: string }): Promise<void> {
    this.localDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-local-offer' : 'stable';
    queueMicrotask(() => this.onicecandidate?.({ candidate: null }));
  }

  async setRemoteDescription(description: { type: string }): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = description.type === 'offer' ? 'have-remote-offer' : 'stable';
  }

  async addIceCandidate(): Promise<void> {}

  async getStats(): Promise<Map<string, unknown>> {
    return new Map();
  }

  getSenders(): never[] {
    return [];
  }

  close(): void {
    this.signalingState = 'closed';
  }
}

/** RTCSessionDescription. */
export class FakeDescription {
  readonly type: string;
  readonly sdp: string;

  constructor({ type, sdp }: { type: string; sdp: string }) {
    this.type = type;
    this.sdp = sdp;
  }
}
