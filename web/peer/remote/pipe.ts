/** Two ends of a talk across threads: what `postMessage` of a Worker and of its inside have in common. */
export interface Pipe<Out, In> {
  post(message: Out, transfer?: Transferable[]): void;
  receive(listener: (message: In) => void): void;
}

/** A Worker, or the inside of one, as a pipe. */
export function pipeOf<Out, In>(
  port: {
    postMessage(message: unknown, transfer: Transferable[]): void;
    addEventListener(name: 'message', listener: (event: MessageEvent) => void): void;
  },
): Pipe<Out, In> {
  return {
    post: (message, transfer = []) => port.postMessage(message, transfer),
    receive: (listener) => port.addEventListener('message', (event) => listener(event.data as In)),
  };
}
