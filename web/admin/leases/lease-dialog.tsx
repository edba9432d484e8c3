/** A lease, new or edited. */
import { type Signal, useSignal } from '@preact/signals';
import type { LeaseKind, LeaseResource } from '../../../protocol/lease.ts';
import { api } from '../desk.ts';
import { usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { SelectField, TextField } from '../ui/text-field.tsx';
import { type Form, useForm } from '../use-form.ts';
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

interface LeaseDialogProps {
  /** Undefined: a new one. Of one that is there, tenant, channel and kind stay. */
  lease?: LeaseResource;
  onClose: () => void;
  onSaved: () => void;
}

export function LeaseDialog({ lease, onClose, onSaved }: LeaseDialogProps) {
  const form = useForm();
  const tenant = useSignal(lease?.tenant ?? '');
  const channel = useSignal(lease?.channel ?? '');
  const kind = useSignal<LeaseKind>(lease?.kind ?? 'share');
  const from = useSignal(inputTime(lease ? new Date(lease.from) : new Date()));
  const until = useSignal(inputTime(lease ? new Date(lease.until) : new Date(Date.now() + 30 * DAY_MS)));
  const viewerQuota = useSignal(String(lease?.viewerQuota ?? ''));
  const bandwidthGB = useSignal(String(lease?.bandwidthGB ?? ''));
  const sites = useSignal(lease?.sites.join(' ') ?? '');
  const priceNote = useSignal(lease?.priceNote ?? '');

  const save = form.submit(async () => {
    if (!tenant.value) return form.refuse('tenant', 'must be one of your tenants');
    if (!channel.value) return form.refuse('channel', 'must be one of your channels');
    const [start, end] = [instantOf(from.value), instantOf(until.value)];
    if (!start) return form.refuse('from', 'must be a time');
    if (!end) return form.refuse('until', 'must be a time');
    const terms = {
      from: start,
      until: end,
      viewerQuota: viewerQuota.value === '' ? null : Number(viewerQuota.value),
      bandwidthGB: bandwidthGB.value === '' ? null : Number(bandwidthGB.value),
      sites: sites.value.split(/\s+/).filter(Boolean),
      priceNote: priceNote.value.trim(),
    };
    if (lease) await api.leases[':id'].$patch({ param: { id: lease.id }, json: terms });
    else {
      await api.leases.$post({
        json: { tenant: tenant.value, channel: channel.value, kind: kind.value, ...terms },
      });
    }
    announce(lease ? 'Saved: it holds from now on' : 'The lease is made');
    onSaved();
    onClose();
  });
  return (
    <Dialog title={lease ? `Lease of ${lease.tenant}` : 'New lease'} onClose={onClose}>
      <form class='stack' onSubmit={save} noValidate>
        {lease
          ? (
            <p>
              Channel <strong>{lease.channel}</strong>, {lease.kind === 'share' ? 'shared' : 'alone'}.
            </p>
          )
          : <Whom form={form} tenant={tenant} channel={channel} kind={kind} />}
        <TextField label='From' name='from' type='datetime-local' value={from} failure={form.failure} />
        <TextField label='Until' name='until' type='datetime-local' value={until} failure={form.failure} />
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
          <button type='submit' class='button first' disabled={form.busy}>
            {lease ? 'Save' : 'Make lease'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface WhomProps {
  form: Form;
  tenant: Signal<string>;
  channel: Signal<string>;
  kind: Signal<LeaseKind>;
}

/** Rows to choose one from, by title where there is one. */
function choiceOf(rows: { name: string; title: string }[] = []): (readonly [string, string])[] {
  return [['', 'Choose …'], ...rows.map(({ name, title }) => [name, title || name] as const)];
}

/** What cannot be changed later. */
function Whom({ form, tenant, channel, kind }: WhomProps) {
  const tenants = usePages('tenants', (page) => api.tenants.$get({ query: { limit: '200', ...page } }));
  const channels = usePages('channels', (page) => api.channels.$get({ query: { limit: '200', ...page } }));
  return (
    <>
      <SelectField
        label='Tenant'
        name='tenant'
        value={tenant}
        failure={form.failure}
        options={choiceOf(tenants.value)}
        {...(tenants.value?.length === 0 ? { help: 'There is no tenant yet: make one first.' } : {})}
      />
      <SelectField
        label='Channel'
        name='channel'
        value={channel}
        failure={form.failure}
        options={choiceOf(channels.value)}
      />
      <SelectField label='The tenant' name='kind' value={kind} options={KINDS} failure={form.failure} />
    </>
  );
}
