/** Makes a playback token, and shows how a page uses it. */
import { useSignal } from '@preact/signals';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { usePages } from '../pager.tsx';
import { CopyText } from '../ui/copy-text.tsx';
import { FormFailure } from '../ui/field.tsx';
import { SelectField, TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';

const LENGTHS = [
  ['300', '5 minutes'],
  ['3600', 'An hour'],
  ['14400', '4 hours'],
  ['86400', 'A day'],
  ['604800', 'A week'],
  ['2592000', '30 days'],
] as const;

export function IssueToken({ onIssued }: { onIssued: (token: string) => void }) {
  const form = useForm();
  const channels = usePages('channels', (page) => api.channels.$get({ query: { limit: '200', ...page } }));
  const channel = useSignal('');
  const ttl = useSignal('3600');
  const viewer = useSignal('');
  const devices = useSignal('');
  const sites = useSignal('');
  const made = useSignal<{ token: string; channel: string } | undefined>(undefined);
  const names = channels.value?.map(({ name, title }) =>
    [name, title === name ? name : `${title} (${name})`] as const
  );
  const chosen = channel.value || names?.[0]?.[0] || '';
  if (chosen !== channel.peek()) channel.value = chosen;

  const issue = form.submit(async () => {
    if (!chosen) return form.refuse('channel', 'must be one of your channels; make one first');
    const ask = {
      ttlS: Number(ttl.value),
      ...(viewer.value.trim() ? { viewer: viewer.value.trim() } : {}),
      ...(devices.value ? { devices: Number(devices.value) } : {}),
      ...(sites.value.trim() ? { sites: sites.value.split(/\s+/).filter(Boolean) } : {}),
    };
    const { token } = await told(api.channels[':name'].tokens.$post({ param: { name: chosen }, json: ask }));
    made.value = { token, channel: chosen };
    onIssued(token);
  });
  return (
    <section class='stack' aria-labelledby='issue'>
      <h2 id='issue'>Make a token</h2>
      <form class='stack' onSubmit={issue} noValidate>
        <SelectField
          label='Channel'
          name='channel'
          value={channel}
          options={names ?? []}
          failure={form.failure}
        />
        <SelectField label='Good for' name='ttlS' value={ttl} options={LENGTHS} failure={form.failure} />
        <TextField
          label='Viewer id'
          name='viewer'
          value={viewer}
          failure={form.failure}
          maxLength={128}
          help='Optional. Bans, reports and the limit of devices go by it. Use an id of your own system, not a name.'
        />
        <TextField
          label='Devices at a time'
          name='devices'
          type='number'
          value={devices}
          failure={form.failure}
          help='Optional; needs a viewer id.'
        />
        <TextField
          label='Allowed sites'
          name='sites'
          value={sites}
          failure={form.failure}
          placeholder='example.com'
          help='Optional. Hosts with spaces between them.'
        />
        <FormFailure failure={form.failure} fields={['channel', 'ttlS', 'viewer', 'devices', 'sites']} />
        <div>
          <button type='submit' class='button first' disabled={form.busy}>Make token</button>
        </div>
      </form>
      {made.value && <Uses {...made.value} />}
    </section>
  );
}

function Uses({ token, channel }: { token: string; channel: string }) {
  return (
    <div class='stack' role='status'>
      <div class='field'>
        <span class='field-label'>Token</span>
        <CopyText text={token} label='token' />
      </div>
      <div class='field'>
        <span class='field-label'>Watch page</span>
        <CopyText text={`${location.origin}/watch/${channel}#token=${token}`} label='watch address' />
        <p class='help'>What follows # is sent to no server and stands in no log.</p>
      </div>
      <div class='field'>
        <span class='field-label'>In a page of yours</span>
        <CopyText
          text={`<shoal-player channel="${channel}" token="${token}"></shoal-player>`}
          label='element'
        />
      </div>
    </div>
  );
}
