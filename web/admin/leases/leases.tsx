/** What is rented out: until when, to whom, and what was used of it. */
import { useSignal } from '@preact/signals';
import type { LeaseResource, LeaseState } from '../../../protocol/lease.ts';
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { formatBytes, formatCount, formatTime } from '../format.ts';
import { may } from '../me.ts';
import { More, usePages } from '../pager.tsx';
import { saveFile } from '../save-file.ts';
import { channelPath } from '../route.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';
import { LeaseDialog } from './lease-dialog.tsx';
import { LeaseUseDialog } from './lease-use.tsx';

const STATES: Record<LeaseState, string> = {
  upcoming: 'Upcoming',
  current: 'Running',
  spent: 'Used up',
  ended: 'Ended',
  revoked: 'Revoked',
};

const ACTS = { use: 'Use', edit: 'Edit', revoke: 'Revoke' } as const;

type Question = { what: 'new' } | { what: 'edit' | 'revoke' | 'use'; lease: LeaseResource };

export function Leases() {
  const pages = usePages('leases', (query) => api.leases.$get({ query }));
  const question = useSignal<Question | undefined>(undefined);
  const close = () => question.value = undefined;
  const asked = question.value;
  const download = () =>
    attempt(async () => {
      saveFile(await (await api.leases['use.csv'].$get({ query: {} })).blob(), 'leases.csv');
    });
  return (
    <section class='section' aria-labelledby='leases'>
      <div class='row spread'>
        <h2 id='leases'>Leases</h2>
        <div class='row'>
          <button type='button' class='button plain' onClick={() => void download()}>Export use</button>
          {may('owner') && (
            <button
              type='button'
              class='button'
              onClick={() => question.value = { what: 'new' }}
            >
              New lease
            </button>
          )}
        </div>
      </div>
      <Loaded of={pages}>
        {(leases) =>
          leases.length === 0
            ? (
              <Empty title='Nothing is rented out.'>
                <p>A lease ends by itself at its time, and within seconds when you revoke it.</p>
              </Empty>
            )
            : (
              <Table
                heads={['Tenant and channel', 'State', 'Time', { number: 'Viewers' }, {
                  number: 'Delivered',
                }]}
                actions
              >
                {leases.map((lease) => (
                  <Row
                    key={lease.id}
                    lease={lease}
                    ask={(what) => question.value = { what, lease }}
                  />
                ))}
              </Table>
            )}
      </Loaded>
      <More of={pages} />
      {asked?.what === 'new' && <LeaseDialog onClose={close} onSaved={pages.again} />}
      {asked?.what === 'edit' && <LeaseDialog lease={asked.lease} onClose={close} onSaved={pages.again} />}
      {asked?.what === 'use' && <LeaseUseDialog lease={asked.lease} onClose={close} />}
      {asked?.what === 'revoke' && (
        <Confirm
          title='Revoke this lease?'
          act='Revoke lease'
          onClose={close}
          onConfirm={async () => {
            await api.leases[':id'].revoke.$post({ param: { id: asked.lease.id } });
            announce('The lease is revoked');
            pages.again();
          }}
        >
          <p>
            Viewers of {asked.lease.tenant} lose the picture within seconds.
            {asked.lease.kind === 'channel' && ' The channel is stopped.'}
          </p>
        </Confirm>
      )}
    </section>
  );
}

interface RowProps {
  lease: LeaseResource;
  ask: (what: 'edit' | 'revoke' | 'use') => void;
}

function Row({ lease, ask }: RowProps) {
  const { tenant, channel, kind, state, from, until, viewersNow, viewerQuota, use, bandwidthGB, priceNote } =
    lease;
  const isOpen = (state === 'current' || state === 'upcoming' || state === 'spent') && may('owner');
  return (
    <tr>
      <td>
        <span class='row-title'>{tenant}</span>
        <span class='small'>
          <a href={channelPath(channel)}>{channel}</a>{' '}
          <span class='quiet'>{kind === 'share' ? 'shared' : 'alone'}{priceNote && `, ${priceNote}`}</span>
        </span>
      </td>
      <td class='fits'>{STATES[state]}</td>
      <td class='small whole'>
        {formatTime(from)} to {formatTime(until)}
      </td>
      <td class='number whole'>
        {formatCount(viewersNow)}{' '}
        {viewerQuota !== null && <span class='quiet'>of {formatCount(viewerQuota)}</span>}
        <span class='quiet small block'>peak {formatCount(use.peakViewers)}</span>
      </td>
      <td class='number wide-only'>
        {formatBytes(use.deliveredBytes)}{' '}
        {bandwidthGB !== null && <span class='quiet'>of {formatBytes(bandwidthGB * 1e9)}</span>}
      </td>
      <td class='actions whole'>
        {(isOpen ? ['use', 'edit', 'revoke'] as const : ['use'] as const).map((what) => (
          <button
            key={what}
            type='button'
            class='button plain little'
            aria-label={`${ACTS[what]}: lease of ${channel} by ${tenant}`}
            onClick={() => ask(what)}
          >
            {ACTS[what]}
          </button>
        ))}
      </td>
    </tr>
  );
}
