/** The command line of `bench:simulate`. */
import * as v from 'valibot';
import { ChannelSettings } from '../../../protocol/channel.ts';
import { audioSliceMs, SEGMENT_MS } from '../../../protocol/piece-index.ts';
import type { Tuning } from '../../../web/mesh/tuning.ts';
import { TUNING } from '../../../web/mesh/tuning.ts';
import { type Profile, PROFILES } from './host.ts';
import type { SimulationOptions } from './simulation.ts';

export const USAGE = `deno task bench:simulate [options]

  --peers N            viewers (1000)
  --sample N           simulate N shards in full, 2 or more, of the others the bridges (4 above 20000 viewers; 0: all)
  --seconds N          counted, after the warm-up (60)
  --warm-up N          seconds before that, not counted (40)
  --mode backbone|edge-seeded
  --profile good|poor|mobile
  --kbps N             bitrate of the stream, audio included (512)
  --lower X            a lower rendition of X times the video's bitrate (0: none)
  --cap KBPS           egress cap of the edge (5000); 0: none
  --copies N           instead of --cap: room for so many copies of the stream
  --scenario steady|flash|mass-leave, --share X  share that comes or leaves at once (0.5)
  --supply X           scale uplinks so that what is granted is X times what is needed
  --upload-ratio X     cap of a viewer's upload, times the bitrate (4, as the channel setting)
  --free-riders X, --cheats X, --lan X          shares of the audience
  --churn X            sessions are shorter by this factor (1)
  --shard-size N, --target-ms N, --loss X, --seed N, --no-edge-repair
  --piece-ms N         length of a piece of video, a part of 2000 (100)
  --audio-ms N         the same of sound (as the origin cuts it for that of the video)
  --watched            a dashboard is open: viewers report every 30 s instead of every 5 min
  --tune NAME=VALUE    a number of the mesh (web/mesh/tuning.ts); may be repeated
  --json FILE          writes {rows: [...]}
`;

export interface Command {
  options: SimulationOptions;
  profile: Profile;
  json: string | undefined;
}

/** Throws RangeError naming the option and the rule. */
export function parseCommand(args: string[]): Command {
  const given = readOptions(args);
  const number = (name: string, otherwise: number, least = 0, most = 1e9): number => {
    const text = given.get(name)?.at(-1);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (text === '' || !(value >= least && value <= most)) {
      throw new RangeError(`--${name} must be a number from ${least} to ${most}, got "${text}"`);
    }
    return value;
  };
  /** Segments are cut into equal slices. */
  const part = (name: string, otherwise: number): number => {
    const ms = number(name, otherwise, 40, 1000);
    if (SEGMENT_MS % ms !== 0) throw new RangeError(`--${name} must be a part of ${SEGMENT_MS}, got ${ms}`);
    return ms;
  };
  const choice = <T extends string>(name: string, choices: readonly T[]): T => {
    const text = given.get(name)?.at(-1) ?? choices[0]!;
    const found = choices.find((one) => one === text);
    if (!found) throw new RangeError(`--${name} must be one of ${choices.join(', ')}, got "${text}"`);
    return found;
  };
  const kbps = number('kbps', 512, 50, 20_000);
  const copies = number('copies', 0);
  const cap = copies > 0 ? Math.ceil(copies * kbps * 1.1) : number('cap', 5000);
  const profile = choice('profile', PROFILES);
  const peers = number('peers', 1000, 2, 1_000_000);
  const sample = number('sample', peers > MOST_IN_FULL ? DEFAULT_SAMPLE : 0, 0, 1000);
  const supply = number('supply', 0, 0, 100);
  const pieceMs = part('piece-ms', DEFAULTS.pieceMs);
  const options: SimulationOptions = {
    peers,
    sample,
    seed: number('seed', 1),
    seconds: number('seconds', 60, 1, 3600),
    warmUpS: number('warm-up', 40, 1, 3600),
    mode: choice('mode', ['backbone', 'edge-seeded'] as const),
    profile,
    kbps,
    capKbps: cap > 0 ? cap : null,
    lower: number('lower', 0, 0, 0.95),
    pieceMs,
    audioMs: part('audio-ms', audioSliceMs(pieceMs)),
    windowMs: 30_000,
    latencyTargetMs: number('target-ms', DEFAULTS.latencyTargetMs, 300, 20_000),
    reportEveryMs: given.has('watched') ? 30_000 : 300_000,
    shardSize: number('shard-size', DEFAULTS.shardSize, 2, 5000),
    edgeFallback: !given.has('no-edge-repair'),
    fillMs: Math.max(10_000, Math.min(peers, MOST_IN_FULL)),
    churn: number('churn', 1, 0.01, 1000),
    graceful: 0.7,
    detectMs: number('detect-ms', 900, 1, 60_000),
    stallEveryMs: 180_000,
    stallMs: 700,
    faults: { loss: number('loss', 0.002, 0, 0.5), timeoutLoss: 0.002, timeoutMs: 450, processingMs: 12 },
    scenario: choice('scenario', ['steady', 'flash', 'mass-leave'] as const),
    scenarioShare: number('share', 0.5, 0, 1),
    uploadRatio: number('upload-ratio', DEFAULTS.uploadRatio, 0, 1000),
    freeRiders: number('free-riders', 0, 0, 1),
    cheats: number('cheats', 0, 0, 1),
    lanShare: number('lan', 0, 0, 1),
    lanSize: 20,
    tuning: readTuning(given.get('tune') ?? []),
    ...(supply > 0 ? { supply } : {}),
  };
  if (sample > 0 && options.mode !== 'backbone') throw new RangeError('--sample needs --mode backbone');
  if (sample === 1) throw new RangeError('--sample must be 0 or at least 2: one shard alone has no backbone');
  const known = new Set(USAGE.match(/--[a-z-]+/g));
  for (const name of [...given.keys(), ...HIDDEN]) {
    if (!known.has(`--${name}`) && !HIDDEN.includes(name)) throw new RangeError(`--${name} is not an option`);
  }
  return { options, profile, json: given.get('json')?.at(-1) };
}

const DEFAULTS = v.parse(ChannelSettings, {});
/** Larger audiences are reduced. */
const MOST_IN_FULL = 20_000;
const DEFAULT_SAMPLE = 4;
const HIDDEN = ['detect-ms'];
const FLAGS = ['no-edge-repair', 'watched'];

function readOptions(args: string[]): Map<string, string[]> {
  const given = new Map<string, string[]>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('--')) throw new RangeError(`"${arg}" is not an option`);
    const [name, inline] = splitOnce(arg.slice(2));
    const value = FLAGS.includes(name) ? '' : inline ?? args[++i];
    if (value === undefined) throw new RangeError(`--${name} needs a value`);
    given.set(name, [...given.get(name) ?? [], value]);
  }
  return given;
}

function readTuning(texts: string[]): Partial<Tuning> {
  const tuning: Partial<Tuning> = {};
  for (const text of texts) {
    const [name, value] = splitOnce(text);
    if (!(name in TUNING) || !Number.isFinite(Number(value))) {
      throw new RangeError(`--tune must be NAME=NUMBER of tuning.ts, got "${text}"`);
    }
    tuning[name as keyof Tuning] = Number(value);
  }
  return tuning;
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
