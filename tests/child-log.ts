/** What a child process prints, on both its outputs, for the messages of tests that wait for it. */

export interface ChildLog {
  /** The last 64 KB so far. */
  text(): string;
  /** Resolves when both outputs have ended. */
  ended: Promise<void>;
}

/** Reads both outputs, which must be piped, as they come. */
export function keepLog(child: Deno.ChildProcess, onText: (text: string) => void = () => {}): ChildLog {
  let text = '';
  const keep = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text = (text + decoder.decode(chunk, { stream: true })).slice(-65_536);
      onText(text);
    }
  };
  const ended = Promise.all([keep(child.stdout), keep(child.stderr)]).then(() => {});
  return { text: () => text, ended };
}
