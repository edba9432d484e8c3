/** One line of the benchmark's table: what a run cost and how well it went. */
import { PAGE_BYTES, type Simulation } from './simulation.ts';

export interface Row {
  peers: number;
  mode: string;
  profile: string;
  kbps: number;
  capKbps: number | null;
  scenario: string;
  /** What is granted over what is needed. */
  supply: number;
  /** Media to viewers who can use WebRTC: seeds, joins, repair and help together. */
  serverMbps: number;
  seedMbps: number;
  joinMbps: number;
  repairMbps: number;
  helpMbps: number;
  /** Media to viewers who cannot. */
  blockedMbps: number;
  /** Edge to viewers and back, signaling sockets. */
  signalMbps: number;
  statsInMbps: number;
  pageMbps: number;
  late1s: number;
  late2s: number;
  late3s: number;
  late5s: number;
  lagP50Ms: number;
  lagP999Ms: number;
  startupP50Ms: number;
  duplicateShare: number;
  controlShare: number;
  /** Packet headers around piece payload, of all bytes received from peers. */
  headerShare: number;
  /** Share of the time that players wanted to play and did. */
  playedShare: number;
  /** The same, and the time before the first picture counts too: who never gets one plays 0 %. */
  servedShare: number;
  stallsPerHour: number;
  latencyTargetMs: number;
  /** Share of the viewers that play the lower rendition at the end. */
  lowerShare: number;
  /** Single pieces and joins asked of the edge by each viewer. */
  edgeRequestsPerHour: number;
  joinsPerS: number;
  shards: number;
  /** Viewers and bridges simulated in full. */
  simulated: number;
  seconds: number;
  seed: number;
  /** How long the run took. */
  wallS: number;
}

/** One report of one viewer with its frame. All of a shard fall into one second, so that short runs may see none. */
const REPORT_BYTES = 420;

export function rowOf(sim: Simulation, wallS: number): Row {
  const { options, meter, edge, edgeBase } = sim;
  const { factor } = sim.reduction;
  const { seconds } = options;
  const mbps = (bytes: number) => round(bytes * 8 / 1e6 / seconds, 4);
  const sent = (kind: keyof typeof edgeBase) => edge.bytes[kind] - edgeBase[kind];
  const media = sent('seed') + sent('join') + sent('repair') + sent('help');
  const received = meter.payloadBytes + meter.controlBytes;
  const wanted = meter.playedMs + meter.stalledMs;
  return {
    peers: options.peers,
    mode: options.mode,
    profile: options.profile,
    kbps: options.kbps,
    capKbps: options.capKbps,
    scenario: options.scenario,
    supply: round(sim.supply, 2),
    serverMbps: mbps(media),
    seedMbps: mbps(sent('seed')),
    joinMbps: mbps(sent('join')),
    repairMbps: mbps(sent('repair')),
    helpMbps: mbps(sent('help')),
    blockedMbps: mbps(sent('blocked')),
    signalMbps: mbps((meter.signalBytesOut + meter.signalBytesIn) * factor),
    statsInMbps: round(factor * sim.averageHere * REPORT_BYTES * 8 / options.reportEveryMs / 1000, 4),
    pageMbps: mbps(meter.joins * PAGE_BYTES * factor),
    late1s: share(meter.laterThan(1000)),
    late2s: share(meter.laterThan(2000)),
    late3s: share(meter.laterThan(3000)),
    late5s: share(meter.laterThan(5000)),
    lagP50Ms: meter.lagAt(0.5),
    lagP999Ms: meter.lagAt(0.999),
    startupP50Ms: Math.round(meter.startupAt(0.5)),
    duplicateShare: share(meter.duplicateBytes / Math.max(1, meter.payloadBytes + sent('repair'))),
    controlShare: share(meter.controlBytes / Math.max(1, received)),
    headerShare: share(meter.headerBytes / Math.max(1, received + meter.headerBytes)),
    playedShare: share(meter.playedMs / Math.max(1, wanted)),
    servedShare: share(meter.playedMs / Math.max(1, wanted + meter.waitedMs)),
    stallsPerHour: round(meter.stalls / Math.max(1, wanted / 3_600_000), 2),
    latencyTargetMs: sim.latencyTargetMs,
    lowerShare: share(sim.lowerShare),
    edgeRequestsPerHour: round(
      (sim.edge.requests - sim.requestsBase) / (sim.averageHere * factor) * 3600 / seconds,
      1,
    ),
    joinsPerS: round(meter.joins * factor / seconds, 2),
    shards: sim.desk.shardCount,
    simulated: sim.peers.length,
    seconds,
    seed: options.seed,
    wallS: round(wallS, 1),
  };
}

/** For people: one line a field. */
export function printRow(row: Row): string {
  const percent = (value: number) => `${+(100 * value).toPrecision(3)} %`;
  const lines: [string, string][] = [
    [
      'run',
      `${row.peers} viewers, ${row.mode}, ${row.profile}, ${row.kbps} kbps, cap ${row.capKbps ?? 'none'}, ` +
      `supply ${row.supply}, ${row.scenario}, ${row.shards} shards, ${row.simulated} simulated`,
    ],
    [
      'servers',
      `${row.serverMbps} Mbps = seeds ${row.seedMbps} + joins ${row.joinMbps} + repair ${row.repairMbps} + ` +
      `help ${row.helpMbps}`,
    ],
    [
      'beside it',
      `blocked ${row.blockedMbps}, signaling ${row.signalMbps}, statistics ${row.statsInMbps}, ` +
      `page ${row.pageMbps} Mbps; ${row.joinsPerS} joins/s`,
    ],
    [
      'late',
      `1 s ${percent(row.late1s)}, 2 s ${percent(row.late2s)}, 3 s ${percent(row.late3s)}, ` +
      `5 s ${percent(row.late5s)}`,
    ],
    ['lag', `p50 ${row.lagP50Ms} ms, p99.9 ${row.lagP999Ms} ms; start-up p50 ${row.startupP50Ms} ms`],
    [
      'peers',
      `duplicates ${percent(row.duplicateShare)}, control ${percent(row.controlShare)}, packet headers ` +
      percent(row.headerShare),
    ],
    [
      'playback',
      `${percent(row.playedShare)} of the time (${
        percent(row.servedShare)
      } with that before the first picture), ${row.stallsPerHour} stalls an hour, target ${row.latencyTargetMs} ms; ` +
      `${percent(row.lowerShare)} on the lower rendition; ` +
      `${row.edgeRequestsPerHour} edge requests an hour and viewer`,
    ],
    ['took', `${row.wallS} s for ${row.seconds} s`],
  ];
  return lines.map(([name, text]) => `${name.padEnd(10)} ${text}`).join('\n');
}

function share(value: number): number {
  return value < 1e-9 ? 0 : Number(value.toPrecision(4));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
