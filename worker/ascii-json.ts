/**
 * JSON for a header, which carries ASCII only (RFC 9110 section 5.5). workerd sends other letters as UTF-8, which receivers
 * read as Latin-1, and writes the whole value into its log.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
