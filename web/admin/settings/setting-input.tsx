/** The input of one setting, by its kind. */
import type { ApiFailure } from '../api/client.ts';
import { Field, type InputProps } from '../ui/field.tsx';
import type { SettingField } from './field-kind.ts';
import { RowsInput } from './rows-input.tsx';
import { textOf } from './texts.ts';

/** A bound that nobody comes near is not worth a word. */
const VAST = 1_000_000;

interface SettingInputProps {
  field: SettingField;
  text: string;
  failure: ApiFailure | undefined;
  onText: (text: string) => void;
}

export function SettingInput({ field, text, failure, onText }: SettingInputProps) {
  if (field.kind.kind === 'rows') {
    return <RowsInput name={field.name} kind={field.kind} text={text} failure={failure} onText={onText} />;
  }
  const { label, help, unit, empty } = textOf(field.name);
  const bounds = field.kind.kind === 'number' ? boundsOf(field.kind.min, field.kind.max) : '';
  const standard = standardOf(field);
  return (
    <Field
      label={label}
      name={`settings.${field.name}`}
      failure={failure}
      help={[help, empty && `Empty: ${lowerFirst(empty)}.`, bounds, standard].filter(Boolean).join(' ')}
      {...(unit === undefined ? {} : { unit })}
    >
      {(input) => <Input field={field} input={input} text={text} onText={onText} />}
    </Field>
  );
}

interface ControlProps {
  field: SettingField;
  input: InputProps;
  text: string;
  onText: (text: string) => void;
}

function Input({ field: { name, kind }, input, text, onText }: ControlProps) {
  const words = textOf(name);
  switch (kind.kind) {
    case 'number':
      return (
        <input
          {...input}
          type='number'
          inputMode={kind.integer ? 'numeric' : 'decimal'}
          step={kind.step ?? (kind.integer ? 1 : 'any')}
          placeholder={words.empty ?? ''}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      );
    case 'switch':
    case 'choice': {
      const options = kind.kind === 'choice' ? kind.options : ['true', 'false'];
      const fallback: Record<string, string> = { true: 'On', false: 'Off', null: 'Standard' };
      return (
        <select {...input} value={text} onChange={(event) => onText(event.currentTarget.value)}>
          {(kind.nullable ? ['null', ...options] : options).map((option) => (
            <option key={option} value={option}>
              {words.options?.[option] ?? fallback[option] ?? option}
            </option>
          ))}
        </select>
      );
    }
    case 'lines':
      return (
        <textarea
          {...input}
          rows={3}
          spellcheck={false}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      );
    case 'text':
      return (
        <input
          {...input}
          class='wide'
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      );
  }
}

function boundsOf(min: number | undefined, max: number | undefined): string {
  if (min === undefined || max === undefined || max >= VAST) return '';
  return `From ${min.toLocaleString('en')} to ${max.toLocaleString('en')}.`;
}

function standardOf({ kind, standard }: SettingField): string {
  return kind.kind === 'number' && typeof standard === 'number'
    ? `Standard: ${standard.toLocaleString('en')}.`
    : '';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
