/** A field of one line, of several, or of a few options. */
import type { Signal } from '@preact/signals';
import type { ApiFailure } from '../api/client.ts';
import { Field } from './field.tsx';

interface TextFieldProps {
  label: string;
  name: string;
  value: Signal<string>;
  failure?: ApiFailure | undefined;
  help?: string;
  unit?: string;
  type?: 'text' | 'number' | 'url' | 'datetime-local';
  mono?: boolean;
  /** Several lines. */
  lines?: number;
  maxLength?: number;
  required?: boolean;
  placeholder?: string;
}

export function TextField(props: TextFieldProps) {
  const { label, name, value, failure, help, unit, type = 'text', mono, lines, ...rest } = props;
  const classes = [type === 'text' || type === 'url' ? 'wide' : '', mono ? 'mono' : ''].join(' ').trim();
  const onInput = (event: { currentTarget: { value: string } }) => value.value = event.currentTarget.value;
  return (
    <Field
      label={label}
      name={name}
      failure={failure}
      help={help}
      {...(unit === undefined ? {} : { unit })}
    >
      {(input) =>
        lines === undefined
          ? (
            <input
              {...input}
              {...rest}
              type={type as 'text'}
              class={classes}
              autocomplete='off'
              spellcheck={!mono}
              value={value.value}
              onInput={onInput}
            />
          )
          : (
            <textarea
              {...input}
              {...rest}
              rows={lines}
              class={classes}
              spellcheck={!mono}
              value={value.value}
              onInput={onInput}
            />
          )}
    </Field>
  );
}

interface SelectFieldProps<T extends string> {
  label: string;
  name: string;
  value: Signal<T>;
  /** Value and words of each. */
  options: readonly (readonly [T, string])[];
  failure?: ApiFailure | undefined;
  help?: string;
}

export function SelectField<T extends string>(
  { label, name, value, options, failure, help }: SelectFieldProps<T>,
) {
  return (
    <Field label={label} name={name} failure={failure} help={help}>
      {(input) => (
        <select
          {...input}
          value={value.value}
          onChange={(event) => value.value = event.currentTarget.value as T}
        >
          {options.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
        </select>
      )}
    </Field>
  );
}
