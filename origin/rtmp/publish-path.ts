/** Where encoders put the channel and the key; each of them has its own idea. */
import { ProtocolError } from './protocol-error.ts';

export interface PublishPath {
  app: string;
  channel: string;
  key: string;
}

const maxLength = 200;

/**
 * From the app and tcUrl of connect and the stream name of publish. All of these mean the same:
 * - app `live`, name `<channel>?key=<key>` (ffmpeg with the whole URL; OBS with the two in its key field)
 * - app `live/<channel>`, name `<key>` (OBS with the channel in its server field)
 * - app `live` or `live/<channel>`, name `<channel>` or empty, and the query on the app or on tcUrl
 *
 * Throws `ProtocolError` with a text for the encoder's user, which never holds the key.
 */
export function parsePublishPath(app: string, tcUrl: string, name: string): PublishPath {
  const parts = [...segments(app), ...segments(name.replace(/^(flv|mp4):/, ''))];
  const [first, channel, third, ...more] = parts;
  const named = queryKey(name) ?? queryKey(app) ?? queryKey(tcUrl);
  if (!first || !channel) {
    throw new ProtocolError('name a channel: publish to /live/<channel>?key=<stream key>');
  }
  if (more.length > 0 || (named !== undefined && third !== undefined && third !== channel)) {
    throw new ProtocolError('path has too many parts: publish to /live/<channel>?key=<stream key>');
  }
  const key = named ?? third ?? '';
  if (key === '') {
    throw new ProtocolError('stream key is missing: publish to /live/<channel>?key=<stream key>');
  }
  return {
    app: bounded('app', first),
    channel: bounded('channel', channel),
    key: bounded('stream key', key),
  };
}

function segments(path: string): string[] {
  return path.split('?', 1)[0]!.split('/').filter((part) => part !== '');
}

/** Percent-encoding is undone, `+` stays: it is a character of base64. */
function queryKey(path: string): string | undefined {
  const query = path.slice(path.indexOf('?') + 1 || path.length);
  const field = query.split('&').find((part) => part.startsWith('key='));
  if (!field || field === 'key=') return undefined;
  const value = field.slice('key='.length);
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function bounded(name: string, text: string): string {
  if (text.length > maxLength) {
    throw new ProtocolError(`${name} must be at most ${maxLength} characters, got ${text.length}`);
  }
  return text;
}
