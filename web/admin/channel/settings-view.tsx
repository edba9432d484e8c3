/** A channel's settings: the form is made from their schema, and what is saved holds at once. */
import { useSignal } from '@preact/signals';
import type { ChannelResource } from '../../../protocol/channel.ts';
import { type ApiFailure, told } from '../api/client.ts';
import { api } from '../desk.ts';
import { asFailure } from '../load.ts';
import { may } from '../me.ts';
import { goTo } from '../navigation.ts';
import { SETTING_FIELDS, type SettingField } from '../settings/field-kind.ts';
import { SettingInput } from '../settings/setting-input.tsx';
import { matters, SETTING_GROUPS } from '../settings/texts.ts';
import { brokenRule, changes, inputNames, readValue, shownValue } from '../settings/values.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Field, FormFailure } from '../ui/field.tsx';
import { focusField } from '../ui/focus-field.ts';
import type { ViewProps } from './channel-page.tsx';
import { ContentKeys } from './content-keys.tsx';

const GROUPED = new Set<string>(SETTING_GROUPS.flatMap(({ fields }) => fields));

/** The groups, with the fields that no group names at the end. */
const GROUPS: { title: string; about: string; fields: SettingField[] }[] = [
  ...SETTING_GROUPS.map(({ title, about, fields }) => ({
    title,
    about,
    fields: fields.flatMap((name) => SETTING_FIELDS.find((field) => field.name === name) ?? []),
  })),
  { title: 'More', about: '', fields: SETTING_FIELDS.filter(({ name }) => !GROUPED.has(name)) },
].filter(({ fields }) => fields.length > 0);

export function SettingsView({ channel, onChange }: ViewProps) {
  const saved = channel.settings as unknown as Record<string, unknown>;
  const texts = useSignal(textsOf(saved));
  const title = useSignal(channel.title);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const busy = useSignal(false);
  const wanted = Object.fromEntries(
    SETTING_FIELDS.map(({ name, kind }) => [name, readValue(texts.value[name]!, kind)]),
  );
  const changed = changes(saved, wanted);
  const renamed = title.value.trim() !== channel.title;
  const count = Object.keys(changed).length + Number(renamed);

  const save = async (event: Event) => {
    event.preventDefault();
    failure.value = brokenRule(wanted);
    if (failure.value) return focusField(failure.value);
    busy.value = true;
    try {
      const body = { settings: changed, ...(renamed ? { title: title.value.trim() } : {}) };
      const answer = await told(
        api.channels[':name'].$patch({ param: { name: channel.name }, json: body }),
      );
      texts.value = textsOf(answer.channel.settings as unknown as Record<string, unknown>);
      title.value = answer.channel.title;
      onChange(answer.channel);
      announce('Saved: it holds from now on');
    } catch (error) {
      failure.value = asFailure(error);
      focusField(failure.value);
    } finally {
      busy.value = false;
    }
  };
  const undo = () => {
    texts.value = textsOf(saved);
    title.value = channel.title;
    failure.value = undefined;
  };
  return (
    <form class='stack roomy' onSubmit={(event) => void save(event)} noValidate>
      <fieldset class='stack roomy' disabled={!may('operator') || busy.value}>
        <div class='settings-group first-group'>
          <h2>Title</h2>
          <Field label='Shown to viewers' name='title' failure={failure.value}>
            {(input) => (
              <input
                {...input}
                class='wide'
                maxLength={200}
                value={title.value}
                onInput={(event) => title.value = event.currentTarget.value}
              />
            )}
          </Field>
        </div>
        {GROUPS.map(({ title, about, fields }) => (
          <section class='settings-group' key={title} aria-label={title}>
            <div class='stack tight'>
              <h2>{title}</h2>
              <p class='quiet'>{about}</p>
            </div>
            <div class='settings-fields'>
              {fields.filter(({ name }) =>
                matters(name, texts.value)
              ).map((field) => (
                <SettingInput
                  key={field.name}
                  field={field}
                  text={texts.value[field.name]!}
                  failure={failure.value}
                  onText={(text) => {
                    texts.value = { ...texts.value, [field.name]: text };
                    if (inputNames(field).includes(failure.value?.field ?? '')) failure.value = undefined;
                  }}
                />
              ))}
            </div>
          </section>
        ))}
      </fieldset>
      <FormFailure
        failure={failure.value}
        fields={['title', ...SETTING_FIELDS.flatMap(inputNames)]}
      />
      {count > 0 && (
        <div class='save-bar'>
          <button type='submit' class='button first' disabled={busy.value}>
            {busy.value ? 'Saving …' : count === 1 ? 'Save 1 change' : `Save ${count} changes`}
          </button>
          <button type='button' class='button plain' onClick={undo}>Undo</button>
        </div>
      )}
      {may('operator') && channel.settings.drm !== 'off' && <ContentKeys channel={channel.name} />}
      {may('operator') && <Removal channel={channel} />}
    </form>
  );
}

function Removal({ channel: { name, title } }: { channel: ChannelResource }) {
  const asking = useSignal(false);
  return (
    <section class='settings-group' aria-label='Delete'>
      <h2>Delete</h2>
      <div class='stack tight'>
        <p class='quiet'>
          Its stream keys, settings and reports go with it. Nothing of it can be brought back.
        </p>
        <div>
          <button type='button' class='button danger' onClick={() => asking.value = true}>
            Delete channel
          </button>
        </div>
      </div>
      {asking.value && (
        <Confirm
          title={`Delete ${title}?`}
          act='Delete channel'
          onClose={() => asking.value = false}
          onConfirm={async () => {
            await api.channels[':name'].$delete({ param: { name } });
            announce(`${title} is deleted`);
            goTo('/admin');
          }}
        >
          <p>Whoever watches or publishes is cut off. This cannot be undone.</p>
        </Confirm>
      )}
    </section>
  );
}

function textsOf(settings: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    SETTING_FIELDS.map(({ name, kind, standard }) => [name, shownValue(settings[name] ?? standard, kind)]),
  );
}
