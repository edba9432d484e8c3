/** A modal dialog: the browser keeps the focus inside, Escape closes it, the focus returns where it was. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  title: string;
  onClose: () => void;
  broad?: boolean;
  /** Nothing but its own buttons closes it: what it shows is shown once. */
  firm?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, broad, firm, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current!.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={broad ? 'broad' : ''}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}
    >
      <div class='stack'>
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
