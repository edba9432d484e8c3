/** Asks before something that cannot be taken back. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { ApiFailure } from '../api/client.ts';
import { asFailure } from '../load.ts';
import { Dialog } from './dialog.tsx';

interface ConfirmProps {
  title: string;
  /** What the button does, as "Delete channel". */
  act: string;
  onClose: () => void;
  onConfirm: () => Promise<void>;
  children: ComponentChildren;
}

export function Confirm({ title, act, onClose, onConfirm, children }: ConfirmProps) {
  const failure = useSignal<ApiFailure | undefined>(undefined);
  const busy = useSignal(false);
  const go = async () => {
    busy.value = true;
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      failure.value = asFailure(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div>{children}</div>
      {failure.value && <p class='notice' role='alert'>{failure.value.message}</p>}
      <div class='row'>
        <button type='button' class='button' onClick={onClose}>Cancel</button>
        <button type='button' class='button danger' disabled={busy.value} onClick={() => void go()}>
          {act}
        </button>
      </div>
    </Dialog>
  );
}
