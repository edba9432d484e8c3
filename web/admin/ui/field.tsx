/** A labelled input with its help and, after a refusal, the rule it broke. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { ApiFailure } from '../api/client.ts';

/** What an input needs so that a screen reader reads help and error with it. */
export interface InputProps {
  id: string;
  name: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

interface FieldProps {
  label: string;
  /** As the API names it; a refusal of this field is shown here. */
  name: string;
  help?: ComponentChildren;
  unit?: string;
  failure?: ApiFailure | undefined;
  children: (input: InputProps) => ComponentChildren;
}

export function Field({ label, name, help, unit, failure, children }: FieldProps) {
  const id = useId();
  const wrong = failure?.field === name ? ruleOf(failure) : undefined;
  const described = [help && `${id}-help`, wrong && `${id}-wrong`].filter(Boolean).join(' ') || undefined;
  return (
    <div class='field'>
      <label for={id}>{label}</label>
      <div class='field-input'>
        {children({ id, name, 'aria-describedby': described, 'aria-invalid': wrong !== undefined })}
        {unit && <span class='quiet'>{unit}</span>}
      </div>
      {wrong && <p class='wrong' id={`${id}-wrong`} role='alert'>{wrong}</p>}
      {help && <p class='help' id={`${id}-help`}>{help}</p>}
    </div>
  );
}

/** The refusal above a form, unless one of its fields shows it. */
export function FormFailure({ failure, fields }: { failure: ApiFailure | undefined; fields: string[] }) {
  if (!failure || (failure.field !== undefined && fields.includes(failure.field))) return null;
  return <p class='notice' role='alert'>{failure.message}</p>;
}

/** The rule without the name of the field, which stands right above it. */
export function ruleOf({ message, field }: Pick<ApiFailure, 'message' | 'field'>): string {
  return field && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
}
