/** Who watches now: in a table, as a drawing, by network; and who may not watch any more. */
import { useSignal } from '@preact/signals';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { live } from '../live/live.ts';
import { useLoad } from '../load.ts';
import { may } from '../me.ts';
import { SwarmDrawing } from '../swarm/swarm-drawing.tsx';
import { Choice } from '../ui/choice.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { BanList } from './ban-list.tsx';
import type { ViewProps } from './channel-page.tsx';
import { NetworkTable } from './network-table.tsx';
import { ViewerTable } from './viewer-table.tsx';

const WAYS = { table: 'Table', swarm: 'Who feeds whom', networks: 'Networks', bans: 'Bans' } as const;

const { bans: _, ...WAYS_TO_READ } = WAYS;

export function ViewersView({ channel: { name, settings: { ipPolicy } } }: ViewProps) {
  const way = useSignal<keyof typeof WAYS>('table');
  return (
    <div class='stack'>
      <div>
        <Choice
          label='Show viewers as'
          options={may('operator') ? WAYS : WAYS_TO_READ}
          value={way.value}
          onChoose={(to) => way.value = to}
        />
      </div>
      {way.value === 'table' && <ViewerTable channel={name} policy={ipPolicy} />}
      {way.value === 'swarm' && <Swarm channel={name} />}
      {way.value === 'networks' && <NetworkTable channel={name} policy={ipPolicy} />}
      {way.value === 'bans' && <BanList channel={name} />}
    </div>
  );
}

function Swarm({ channel }: { channel: string }) {
  const load = useLoad(
    channel,
    (signal) => told(api.channels[':name'].swarm.$get({ param: { name: channel } }, { init: { signal } })),
    live.book.steps.value,
  );
  return <Loaded of={load}>{(map) => <SwarmDrawing map={map} />}</Loaded>;
}
