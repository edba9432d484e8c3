/** What a benchmark is for: the first sentence of its entry file's header, after the name of its task. */
export function headlineOf(source: string): string | undefined {
  const header = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1]?.replaceAll(/\n?\s*\*\s?|\s+/g, ' ').trim();
  return /^`deno task [^`]*`: (.+?\.)(\s|$)/.exec(header ?? '')?.[1];
}
