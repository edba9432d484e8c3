/** The state of a form: is it being sent, and what was refused. */
import { useSignal } from '@preact/signals';
import { ApiFailure } from './api/client.ts';
import { asFailure } from './load.ts';
import { focusField } from './ui/focus-field.ts';

export interface Form {
  busy: boolean;
  failure: ApiFailure | undefined;
  /** A rule that is broken before anything is sent. */
  refuse(field: string, rule: string): void;
  /** Handler of the form's submit event; what is thrown is kept as the failure. */
  submit(send: () => Promise<void>): (event: Event) => void;
}

export function useForm(): Form {
  const busy = useSignal(false);
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const run = async (send: () => Promise<void>) => {
    busy.value = true;
    failure.value = undefined;
    try {
      await send();
    } catch (error) {
      failure.value = asFailure(error);
      focusField(failure.value);
    } finally {
      busy.value = false;
    }
  };
  return {
    busy: busy.value,
    failure: failure.value,
    refuse: (field, rule) => {
      failure.value = new ApiFailure(0, 'bad-field', rule, field);
      focusField(failure.value);
    },
    submit: (send) => (event) => {
      event.preventDefault();
      void run(send);
    },
  };
}
