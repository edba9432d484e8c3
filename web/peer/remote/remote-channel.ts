/** Stands where a data channel will be: `createDataChannel` answers at once, the channel itself takes a moment. */
export class RemoteChannel {
  onopen: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  binaryType: BinaryType = 'arraybuffer';
  #real: RTCDataChannel | undefined;
  #closed = false;

  constructor(readonly label: string) {}

  get readyState(): RTCDataChannelState {
    return this.#closed ? 'closed' : this.#real?.readyState ?? 'connecting';
  }

  get bufferedAmount(): number {
    return this.#real?.bufferedAmount ?? 0;
  }

  /** Throws InvalidStateError (DOMException) unless open. */
  send(data: Uint8Array<ArrayBuffer>): void {
    if (!this.#real) throw new DOMException('the channel is not open', 'InvalidStateError');
    this.#real.send(data);
  }

  close(): void {
    this.#closed = true;
    this.#real?.close();
  }

  /** The real one is here. */
  attach(real: RTCDataChannel): void {
    if (this.#closed) return real.close();
    this.#real = real;
    real.binaryType = this.binaryType;
    real.onopen = (event) => this.onopen?.(event);
    real.onclose = (event) => this.onclose?.(event);
    real.onerror = (event) => this.onerror?.(event);
    real.onmessage = (event) => this.onmessage?.(event);
    if (real.readyState === 'open') this.onopen?.(new Event('open'));
  }
}
