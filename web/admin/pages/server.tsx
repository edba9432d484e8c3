/** What holds for the whole server. */
import { useSignal } from '@preact/signals';
import type { BoxSettings } from '../../../protocol/box.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { useLoad } from '../load.ts';
import { may } from '../me.ts';
import { announce } from '../ui/announce.tsx';
import { FormFailure } from '../ui/field.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';
import { BackupSection } from './backup.tsx';

export function ServerPage() {
  const load = useLoad('settings', (signal) => told(api.settings.$get({}, { init: { signal } })));
  return (
    <>
      <PageHead title='Server' below='What holds for all channels together. Takes effect at once.' />
      <Loaded of={load}>
        {({ settings }) => <Form key={JSON.stringify(settings)} settings={settings} onSaved={load.again} />}
      </Loaded>
      {may('owner') && <BackupSection onRestored={load.again} />}
    </>
  );
}

function Form({ settings, onSaved }: { settings: BoxSettings; onSaved: () => void }) {
  const form = useForm();
  const cap = useSignal(settings.egressCapKbps === null ? '' : String(settings.egressCapKbps));
  const stun = useSignal((settings.stun ?? []).join('\n'));
  const turn = useSignal(settings.turn);
  const save = form.submit(async () => {
    const servers = stun.value.split(/\s+/).filter(Boolean);
    await api.settings.$patch({
      json: {
        egressCapKbps: cap.value === '' ? null : Number(cap.value),
        stun: servers.length === 0 ? null : servers,
        turn: turn.value,
      },
    });
    announce('Saved: it holds from now on');
    onSaved();
  });
  return (
    <form class='stack narrow' onSubmit={save} noValidate>
      <fieldset class='stack' disabled={!may('owner') || form.busy}>
        <TextField
          label='Cap on edge egress'
          name='egressCapKbps'
          type='number'
          unit='kbps'
          value={cap}
          failure={form.failure}
          help='The most media that the edge sends for all channels together; live channels share it. Empty: no cap.'
        />
        <TextField
          label='STUN servers'
          name='stun'
          mono
          lines={3}
          value={stun}
          failure={form.failure}
          placeholder='stun:stun.example.com:3478'
          help='One a line; two of them let viewers learn what kind of NAT they are behind. Empty: those of the edge’s environment.'
        />
        <label class='check'>
          <input
            type='checkbox'
            checked={turn.value}
            onChange={(event) => turn.value = event.currentTarget.checked}
          />
          Viewers may use the TURN server, where one is configured
        </label>
        <FormFailure failure={form.failure} fields={['egressCapKbps', 'stun']} />
        <div>
          <button type='submit' class='button first'>Save</button>
        </div>
      </fieldset>
    </form>
  );
}
