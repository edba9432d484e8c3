/** A webhook, new or edited. */
import { useSignal } from '@preact/signals';
import type { HookEventType, HookResource } from '../../../protocol/webhook.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { announce } from '../ui/announce.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';
import { EVENT_NAMES } from './event-names.ts';

interface HookDialogProps {
  hook: HookResource | undefined;
  onClose: () => void;
  /** @param secret Of a new one, shown this once. */
  onSaved: (secret?: string) => void;
}

export function HookDialog({ hook, onClose, onSaved }: HookDialogProps) {
  const form = useForm();
  const url = useSignal(hook?.url ?? '');
  const events = useSignal<HookEventType[]>(hook?.events ?? []);
  const channels = useSignal(hook?.channels.join(' ') ?? '');
  const viewerMark = useSignal(hook?.viewerMark === null || !hook ? '' : String(hook.viewerMark));
  const disabled = useSignal(hook?.disabled ?? false);
  const save = form.submit(async () => {
    const body = {
      url: url.value.trim(),
      events: events.value,
      channels: channels.value.split(/\s+/).filter(Boolean),
      viewerMark: viewerMark.value === '' ? null : Number(viewerMark.value),
      disabled: disabled.value,
    };
    let secret: string | undefined;
    if (hook) await api.webhooks[':id'].$patch({ param: { id: hook.id }, json: body });
    else secret = (await told(api.webhooks.$post({ json: body }))).secret;
    announce('The webhook is saved');
    onClose();
    onSaved(secret);
  });
  const turn = (name: HookEventType, on: boolean) => {
    events.value = on ? [...events.value, name] : events.value.filter((one) => one !== name);
  };
  return (
    <Dialog title={hook ? 'Edit webhook' : 'New webhook'} onClose={onClose}>
      <form class='stack' onSubmit={save} noValidate>
        <TextField
          label='Address'
          name='url'
          type='url'
          value={url}
          failure={form.failure}
          placeholder='https://example.com/shoal'
          help='Every event is posted there as JSON.'
        />
        <fieldset class='field'>
          <legend>When</legend>
          {(Object.entries(EVENT_NAMES) as [HookEventType, string][]).map(([name, words]) => (
            <label class='check' key={name}>
              <input
                type='checkbox'
                checked={events.value.includes(name)}
                onChange={(event) =>
                  turn(name, event.currentTarget.checked)}
              />
              {words}
            </label>
          ))}
          <p class='help'>None chosen: all of them.</p>
        </fieldset>
        <TextField
          label='Number of viewers'
          name='viewerMark'
          type='number'
          value={viewerMark}
          failure={form.failure}
          help='Told when this many watch, and when they no longer do.'
        />
        <TextField
          label='Channels'
          name='channels'
          value={channels}
          failure={form.failure}
          help='Names with spaces between them. Empty: all.'
        />
        {hook && (
          <label class='check'>
            <input
              type='checkbox'
              checked={disabled.value}
              onChange={(event) => disabled.value = event.currentTarget.checked}
            />
            Disabled
          </label>
        )}
        <FormFailure failure={form.failure} fields={['url', 'viewerMark', 'channels']} />
        <div class='row'>
          <button type='button' class='button' onClick={onClose}>Cancel</button>
          <button type='submit' class='button first' disabled={form.busy}>Save</button>
        </div>
      </form>
    </Dialog>
  );
}
