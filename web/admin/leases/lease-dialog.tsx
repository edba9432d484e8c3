/** A new lease. */
import { useSignal } from '@preact/signals';
import type { TenantResource } from '../../../protocol/lease.ts';
import { api } from '../desk.ts';
import { usePages } from '../pager.tsx';
import type { ChannelRow } from '../resources.ts';
import { announce } from '../ui/announce.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { SelectField, TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';
import { inputTime, instantOf } from './times.ts';

const KINDS = [
  ['share', 'Shares it with other viewers'],
  ['channel', 'Has it to himself'],
] as const;
const DAY_MS = 86_400_000;
const FIELDS = [
  'tenant',
  'channel',
  'kind',
  'from',
  'until',
  'viewerQuota',
  'bandwidthGB',
  'sites',
  'priceNote',
];

export function NewLeaseDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const form = useForm();
  const tenants = usePages<TenantResource>('/tenants', { limit: 200 });
  const channels = usePages<ChannelRow>('/channels', { limit: 200 });
  const tenant = useSignal('');
  const channel = useSignal('');
  const kind = useSignal('share');
  const from = useSignal(inputTime(new Date()));
  const until = useSignal(inputTime(new Date(Date.now() + 30 * DAY_MS)));
  const viewerQuota = useSignal('');
  const bandwidthGB = useSignal('');
  const sites = useSignal('');
  const priceNote = useSignal('');
  const choose = [['', 'Choose …']] as const;

  const make = form.submit(async () => {
    if (!tenant.value) return form.refuse('tenant', 'must be one of your tenants');
    if (!channel.value) return form.refuse('channel', 'must be one of your channels');
    const [start, end] = [instantOf(from.value), instantOf(until.value)];
    if (!start) return form.refuse('from', 'must be a time');
    if (!end) return form.refuse('until', 'must be a time');
    await api.post('/leases', {
      tenant: tenant.value,
      channel: channel.value,
      kind: kind.value,
      from: start,
      until: end,
      viewerQuota: viewerQuota.value === '' ? null : Number(viewerQuota.value),
      bandwidthGB: bandwidthGB.value === '' ? null : Number(bandwidthGB.value),
      sites: sites.value.split(/\s+/).filter(Boolean),
      priceNote: priceNote.value.trim(),
    });
    announce('The lease is made');
    onMade();
    onClose();
  });
  return (
    <Dialog title='New lease' onClose={onClose}>
      <form class='stack' onSubmit={make} noValidate>
        <SelectField
          label='Tenant'
          name='tenant'
          value={tenant}
          failure={form.failure}
          options={[
            ...choose,
            ...(tenants.value ?? []).map(({ name, title }) => [name, title || name] as const),
          ]}
          {...(tenants.value?.length === 0 ? { help: 'There is no tenant yet: make one first.' } : {})}
        />
        <SelectField
          label='Channel'
          name='channel'
          value={channel}
          failure={form.failure}
          options={[
            ...choose,
            ...(channels.value ?? []).map(({ name, title }) => [name, title || name] as const),
          ]}
        />
        <SelectField label='The tenant' name='kind' value={kind} options={KINDS} failure={form.failure} />
        <div class='row'>
          <TextField label='From' name='from' type='datetime-local' value={from} failure={form.failure} />
          <TextField label='Until' name='until' type='datetime-local' value={until} failure={form.failure} />
        </div>
        <TextField
          label='Viewers at once, at most'
          name='viewerQuota'
          type='number'
          value={viewerQuota}
          failure={form.failure}
          help='Empty: any number.'
        />
        <TextField
          label='Media in all, at most'
          name='bandwidthGB'
          type='number'
          unit='GB'
          value={bandwidthGB}
          failure={form.failure}
          help='What is delivered to the tenant’s viewers, whoever delivers it. Empty: any amount.'
        />
        <TextField
          label='Allowed sites'
          name='sites'
          value={sites}
          failure={form.failure}
          placeholder='example.com'
          help='Hosts with spaces between them. Empty: any.'
        />
        <TextField
          label='Price note'
          name='priceNote'
          value={priceNote}
          failure={form.failure}
          help='For owners only.'
        />
        <FormFailure failure={form.failure} fields={FIELDS} />
        <div class='row'>
          <button type='button' class='button' onClick={onClose}>Cancel</button>
          <button type='submit' class='button first' disabled={form.busy}>Make lease</button>
        </div>
      </form>
    </Dialog>
  );
}
