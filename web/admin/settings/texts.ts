/** The settings in words, in groups. A field that has no words yet is shown all the same, under its own name. */
import type { ChannelSettings } from '../../../protocol/channel.ts';

export interface SettingText {
  label: string;
  help: string;
  unit?: string;
  /** Words for the options of a choice, and for the switch of one that may be left open. */
  options?: Record<string, string>;
  /** What leaving it empty means. */
  empty?: string;
  /** Of a list of rows. */
  rows?: RowsText;
  /** Shown only while another field is not this: it would change nothing. */
  unless?: { field: string; is: string };
}

export interface RowsText {
  /** What one row is. */
  one: string;
  /** What having none means. */
  none: string;
  columns: Record<string, { label: string; unit: string }>;
  /** Rows to add at once, by the words on their button. */
  presets: Record<string, Record<string, string>>;
}

export interface SettingGroup {
  title: string;
  about: string;
  fields: (keyof ChannelSettings | string)[];
}

export const SETTING_GROUPS: SettingGroup[] = [
  {
    title: 'Who may watch',
    about: 'Checked when a viewer joins and whenever a key is given out.',
    fields: ['access', 'sites', 'drm', 'keyPeriodS'],
  },
  {
    title: 'What servers may send',
    about: 'The audience carries the rest. Takes effect at once.',
    fields: ['egressCapKbps', 'feedMode', 'hls', 'hlsByToken'],
  },
  {
    title: 'Sharing between viewers',
    about: 'What a viewer gives, and who may see whose address.',
    fields: ['p2p', 'uploadRatio', 'turnBudgetKbps', 'latencyTargetMs'],
  },
  {
    title: 'Broadcast',
    about:
      'How the stream is cut and how long it is held. Changes apply to the next broadcast where it says so.',
    fields: ['windowS', 'reconnectWindowS', 'record', 'ladder', 'pieceMs', 'shardSize'],
  },
  {
    title: 'Privacy of viewers',
    about: 'What the visit report keeps.',
    fields: ['ipPolicy', 'visitDays'],
  },
];

export const SETTING_TEXTS: Record<string, SettingText> = {
  access: {
    label: 'Access',
    help: 'Open to everybody, or only with a playback token that you sign.',
    options: { public: 'Public', token: 'Playback token' },
  },
  sites: {
    label: 'Allowed sites',
    help: 'One host a line, as example.com or *.example.com. Empty: the player may stand on any site.',
  },
  drm: {
    label: 'Encryption',
    help:
      'Encrypts the media itself; keys are given only to who may watch. Changing it ends a running broadcast.',
    options: { off: 'Off', cenc: 'On (cenc)', cbcs: 'On (cbcs)' },
  },
  keyPeriodS: {
    label: 'New key every',
    unit: 's',
    help: 'A banned viewer loses the picture at the next key.',
    unless: { field: 'drm', is: 'off' },
  },
  egressCapKbps: {
    label: 'Cap on edge egress',
    unit: 'kbps',
    help:
      'The most media that the edge sends for this channel, all kinds together. Once it is spent, viewers start from each other.',
    empty: 'No cap',
  },
  feedMode: {
    label: 'How the swarm is fed',
    help:
      'Through a backbone the edge sends about one copy; into every shard it sends more and is a little faster.',
    options: { backbone: 'One backbone', 'edge-seeded': 'Into every shard' },
  },
  hls: {
    label: 'Plain HLS',
    help: 'For players that know nothing of Shoal. All of it comes from the edge.',
    options: { null: 'On without a cap', true: 'On', false: 'Off' },
  },
  hlsByToken: {
    label: 'Plain HLS with a token',
    help: 'Serves plain HLS of a token channel to who sends a token.',
    unless: { field: 'access', is: 'public' },
  },
  p2p: {
    label: 'Peer to peer',
    help: 'Relay only hides viewers’ addresses from each other, and costs relay traffic.',
    options: { on: 'On', relay: 'Relay only', off: 'Off' },
  },
  uploadRatio: {
    label: 'Most a viewer gives',
    unit: '× the bitrate',
    help: 'Three viewers in ten can give nothing, the others carry them: below 3 a large swarm runs short.',
  },
  turnBudgetKbps: {
    label: 'Budget for relays (TURN)',
    unit: 'kbps',
    help:
      'The most that viewers may take through your TURN server. Once it is spent, newcomers who need a relay play from the edge. 0: no relays.',
    empty: 'No limit',
  },
  latencyTargetMs: {
    label: 'Target latency',
    unit: 'ms',
    help: 'How far behind live players aim to be. More gives peers more time.',
  },
  windowS: {
    label: 'Window',
    unit: 's',
    help: 'How much of the stream edge and viewers hold, and may rewind.',
  },
  reconnectWindowS: {
    label: 'Wait for the encoder',
    unit: 's',
    help: 'An encoder that drops out may come back into the same broadcast for this long.',
  },
  record: { label: 'Record', help: 'Keeps broadcasts as replays.' },
  ladder: {
    label: 'Renditions',
    help:
      'Lower qualities that the origin makes with ffmpeg, for small screens and narrow lines. One as high as what the encoder sends, or higher, is left out; let each be half of the one above, or less. Takes effect with the next broadcast.',
    rows: {
      one: 'rendition',
      none: 'None: viewers get what the encoder sends.',
      columns: { height: { label: 'Height', unit: 'lines' }, kbps: { label: 'Video', unit: 'kbps' } },
      presets: {
        '720p': { height: '720', kbps: '2000' },
        '480p': { height: '480', kbps: '900' },
        '360p': { height: '360', kbps: '450' },
        '240p': { height: '240', kbps: '225' },
      },
    },
  },
  pieceMs: {
    label: 'Piece',
    unit: 'ms',
    help: 'Video in one piece. Shorter is faster and costs more overhead.',
  },
  shardSize: { label: 'Shard', unit: 'viewers', help: 'Most viewers of one signaling object.' },
  ipPolicy: {
    label: 'Addresses in reports',
    help: 'Masked keeps the network, not the person.',
    options: { masked: 'Masked', full: 'Full', none: 'Not kept' },
  },
  visitDays: { label: 'Keep visits for', unit: 'days', help: 'Older visits are deleted.' },
};

/** The words of a field, or its own name. */
export function textOf(name: string): SettingText {
  return SETTING_TEXTS[name] ?? { label: name, help: '' };
}

/** Whether a field matters, given what stands in the others. */
export function matters(name: string, texts: Record<string, string>): boolean {
  const { unless } = textOf(name);
  return unless === undefined || texts[unless.field] !== unless.is;
}
