/** A new channel; then, once, its stream key. */
import { useSignal } from '@preact/signals';
import * as v from 'valibot';
import { ChannelName } from '../../../protocol/channel.ts';
import { PublishSettings } from '../channel/publish-settings.tsx';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { nameFrom } from '../name-from.ts';
import { goTo } from '../navigation.ts';
import type { MadeChannel } from '../resources.ts';
import { channelPath } from '../route.ts';
import { Field, FormFailure } from '../ui/field.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useForm } from '../use-form.ts';

const ACCESS = [
  ['public', 'Everybody who has the address'],
  ['token', 'Only with a playback token that you sign'],
] as const;

export function NewChannelPage() {
  const made = useSignal<MadeChannel | undefined>(undefined);
  return made.value ? <Made made={made.value} /> : <Form onMade={(value) => made.value = value} />;
}

function Form({ onMade }: { onMade: (made: MadeChannel) => void }) {
  const title = useSignal('');
  const name = useSignal('');
  const named = useSignal(false);
  const access = useSignal<'public' | 'token'>('public');
  const form = useForm();
  const create = form.submit(async () => {
    const parsed = v.safeParse(ChannelName, name.value);
    if (!parsed.success) return form.refuse('name', parsed.issues[0].message);
    const made = await told(api.channels.$post({
      json: {
        name: name.value,
        title: title.value.trim() || name.value,
        settings: { access: access.value },
      },
    }));
    onMade(made);
  });
  return (
    <>
      <PageHead title='New channel' />
      <form class='stack narrow' onSubmit={create} noValidate>
        <FormFailure failure={form.failure} fields={['name', 'title', 'settings.access']} />
        <Field
          label='Title'
          name='title'
          failure={form.failure}
          help='Shown to viewers. It may be changed later.'
        >
          {(input) => (
            <input
              {...input}
              class='wide'
              value={title.value}
              maxLength={200}
              autocomplete='off'
              onInput={(event) => {
                title.value = event.currentTarget.value;
                if (!named.value) name.value = nameFrom(title.value);
              }}
            />
          )}
        </Field>
        <Field
          label='Name'
          name='name'
          failure={form.failure}
          help={`Stands in addresses and cannot be changed: ${location.host}/watch/${name.value || '…'}`}
        >
          {(input) => (
            <input
              {...input}
              class='wide mono'
              value={name.value}
              required
              maxLength={63}
              autocomplete='off'
              autocapitalize='off'
              spellcheck={false}
              onInput={(event) => {
                named.value = event.currentTarget.value !== '';
                name.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
        <fieldset class='field'>
          <legend>Who may watch</legend>
          {ACCESS.map(([value, words]) => (
            <label class='check' key={value}>
              <input
                type='radio'
                name='access'
                checked={access.value === value}
                onChange={() => access.value = value}
              />
              {words}
            </label>
          ))}
        </fieldset>
        <div class='row'>
          <button type='submit' class='button first' disabled={form.busy}>
            {form.busy ? 'Creating …' : 'Create channel'}
          </button>
          <a class='button plain' href='/admin'>Cancel</a>
        </div>
      </form>
    </>
  );
}

function Made({ made: { channel, streamKey } }: { made: MadeChannel }) {
  return (
    <>
      <PageHead title={`${channel.title} is ready`} tab='New channel' below='Point your encoder at it.' />
      <p class='notice mild'>
        The stream key is shown this once: Shoal keeps only its fingerprint. Copy it into your encoder now. If
        it gets lost, you can make a new one at any time.
      </p>
      <PublishSettings channel={channel.name} streamKey={streamKey} />
      <div class='row'>
        <button type='button' class='button first' onClick={() => goTo(channelPath(channel.name))}>
          I have copied it: open the channel
        </button>
      </div>
    </>
  );
}
