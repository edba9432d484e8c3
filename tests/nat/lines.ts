/** Cuts text into lines; an unfinished last one is dropped. */
export class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let held = '';
    super({
      transform(text, controller) {
        const lines = (held + text).split('\n');
        held = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}
