/** Options of `deno task token`, and the request they become. */
import { parseArgs } from 'node:util';

export const HELP = `deno task token --channel NAME [options]      a playback token
deno task token --admin ROLE [options]        an admin token: owner, operator or reports

Asks a running Shoal (\`deno task start\`) for a token and prints it. The admin token that it needs comes from the
environment (SHOAL_ADMIN_TOKEN) or from the local secrets file.

  --ttl TIME         how long it is good for: 90s, 30m, 12h, 7d (default 1h; admin 24h)
  --viewer ID        viewer id: bans, visits and device limits go by it
  --devices N        most devices of that viewer at a time
  --sites A,B        sites whose pages may use it, as example.com,*.example.org
  --not-before TIME  not valid before, as 2026-12-01T20:00:00Z
  --tenant NAME      whose viewer it is, where the channel is leased; of an admin token: whose channels it shows
  --subject NAME     whose admin token it is: stands in the audit log
  --url URL          the edge (default http://localhost:8787)
  --json             prints the whole answer
`;

/** What is to be asked of the API. */
export interface TokenAsk {
  url: string;
  path: string;
  body: Record<string, unknown>;
  /** Channel of a playback token. */
  channel?: string;
  json: boolean;
}

/** Undefined: help is wanted. Throws an Error that names the option and the rule. */
export function tokenAsk(args: string[]): TokenAsk | undefined {
  const { values } = parseArgs({
    args,
    options: {
      channel: { type: 'string' },
      admin: { type: 'string' },
      ttl: { type: 'string' },
      viewer: { type: 'string' },
      devices: { type: 'string' },
      sites: { type: 'string' },
      'not-before': { type: 'string' },
      tenant: { type: 'string' },
      subject: { type: 'string' },
      url: { type: 'string', default: 'http://localhost:8787' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const { channel, admin, url, json, tenant } = values;
  if ((channel === undefined) === (admin === undefined)) {
    throw new Error('give --channel NAME for a playback token, or --admin ROLE for an admin token (--help)');
  }
  const shared = {
    ...(values.ttl === undefined ? {} : { ttlS: secondsOf('--ttl', values.ttl) }),
    ...(tenant === undefined ? {} : { tenant }),
  };
  if (admin !== undefined) {
    const subject = values.subject ?? `${admin} by deno task token`;
    return { url, json, path: '/api/tokens', body: { role: admin, subject, ...shared } };
  }
  return {
    url,
    json,
    path: `/api/channels/${encodeURIComponent(channel!)}/tokens`,
    channel: channel!,
    body: {
      ...shared,
      ...(values.viewer === undefined ? {} : { viewer: values.viewer }),
      ...(values.devices === undefined ? {} : { devices: countOf('--devices', values.devices) }),
      ...(values.sites === undefined ? {} : { sites: values.sites.split(',').map((site) => site.trim()) }),
      ...(values['not-before'] === undefined
        ? {}
        : { notBeforeS: instantOf('--not-before', values['not-before']) }),
    },
  };
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

function secondsOf(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (!count || !unit) throw new Error(`${option} must be a number and s, m, h or d, as 12h; got ${text}`);
  return Number(count) * UNITS[unit]!;
}

function countOf(option: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`${option} must be a whole number above 0, got ${text}`);
  return Number(text);
}

function instantOf(option: string, text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`${option} must be a time, as 2026-12-01T20:00:00Z; got ${text}`);
  return Math.floor(ms / 1000);
}
