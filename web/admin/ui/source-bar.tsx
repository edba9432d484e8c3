/** Where bytes came from: the one drawing that every page of the dashboard shares. */
import { formatBytes, percentOf } from '../format.ts';

/** Bytes, or rates: only their ratio is drawn. */
export interface Sources {
  lan: number;
  peer: number;
  turn: number;
  edge: number;
}

export const SOURCE_NAMES: { key: keyof Sources; name: string }[] = [
  { key: 'lan', name: 'Same network' },
  { key: 'peer', name: 'Other viewers' },
  { key: 'turn', name: 'Relayed' },
  { key: 'edge', name: 'Edge' },
];

/** A thin bar for rows; a screen reader hears the share that did not come from the edge. */
export function SourceBar({ sources, thin }: { sources: Sources; thin?: boolean }) {
  const share = offloadOf(sources);
  const label = share === undefined ? 'no media yet' : `${share} % not from the edge`;
  return (
    <div class={`sources${thin ? ' thin' : ''}`} role='img' aria-label={label} title={label}>
      {SOURCE_NAMES.map(({ key }) =>
        sources[key] > 0 && <i key={key} class={`source-${key}`} style={{ flexGrow: sources[key] }} />
      )}
    </div>
  );
}

/** What the colours stand for, with the figures. */
export function SourceKeys({ sources, show = formatBytes }: {
  sources: Sources;
  show?: (value: number) => string;
}) {
  return (
    <ul class='source-keys'>
      {SOURCE_NAMES.map(({ key, name }) => (
        <li key={key}>
          <i class={`source-${key}`} aria-hidden='true' />
          <span class='quiet'>{name}</span>
          <strong>{show(sources[key])}</strong>
        </li>
      ))}
    </ul>
  );
}

/** Per cent of the bytes that the edge did not send; undefined while there are none. */
export function offloadOf({ lan, peer, turn, edge }: Sources): number | undefined {
  return percentOf(lan + peer + turn, edge);
}

/** Where only the share is known, 0 to 1; null: nobody reported yet. */
export function OffloadBar({ share }: { share: number | null }) {
  if (share === null) return <span class='quiet small'>no report yet</span>;
  const percent = Math.floor(share * 100);
  return (
    <span class='row offload'>
      <span class='sources thin' aria-hidden='true'>
        <i class='source-peer' style={{ flexGrow: share }} />
        <i class='source-edge' style={{ flexGrow: 1 - share }} />
      </span>
      {percent} %
    </span>
  );
}
