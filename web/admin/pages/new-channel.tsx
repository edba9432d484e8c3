/** A new channel; then, once, its stream key. */
import { useSignal } from '@preact/signals';
import * as v from 'valibot';
import { ChannelName } from '../../../protocol/channel.ts';
import { ApiFailure } from '../api/client.ts';
import { PublishSettings } from '../channel/publish-settings.tsx';
import { api } from '../desk.ts';
import { asFailure } from '../load.ts';
import { nameFrom } from '../name-from.ts';
import { goTo } from '../navigation.ts';
import type { MadeChannel } from '../resources.ts';
import { channelPath } from '../route.ts';
import { Field, FormFailure } from '../ui/field.tsx';
import { PageHead } from '../ui/page-head.tsx';

export function NewChannelPage() {
  const made = useSignal<MadeChannel | undefined>(undefined);
  return made.value ? <Made made={made.value} /> : <Form onMade={(value) => made.value = value} />;
}

function Form({ onMade }: { onMade: (made: MadeChannel) => void }) {
  const title = useSignal('');
  const name = useSignal('');
  const named = useSignal(false);
  const access = useSignal('public');
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const busy = useSignal(false);
  const create = async (event: Event) => {
    event.preventDefault();
    const parsed = v.safeParse(ChannelName, name.value);
    if (!parsed.success) {
      failure.value = new ApiFailure(0, 'bad-field', parsed.issues[0].message, 'name');
      return;
    }
    busy.value = true;
    try {
      const body = {
        name: name.value,
        title: title.value.trim() || name.value,
        settings: { access: access.value },
      };
      onMade(await api.post<MadeChannel>('/channels', body));
    } catch (error) {
      failure.value = asFailure(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <>
      <PageHead title='New channel' />
      <form class='stack narrow' onSubmit={(event) => void create(event)} noValidate>
        <FormFailure failure={failure.value} fields={['name', 'title', 'settings.access']} />
        <Field
          label='Title'
          name='title'
          failure={failure.value}
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
          failure={failure.value}
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
          {[['public', 'Everybody who has the address'], [
            'token',
            'Only with a playback token that you sign',
          ]]
            .map(([value, words]) => (
              <label class='check' key={value}>
                <input
                  type='radio'
                  name='access'
                  checked={access.value === value}
                  onChange={() => access.value = value!}
                />
                {words}
              </label>
            ))}
        </fieldset>
        <div class='row'>
          <button type='submit' class='button first' disabled={busy.value}>
            {busy.value ? 'Creating …' : 'Create channel'}
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
