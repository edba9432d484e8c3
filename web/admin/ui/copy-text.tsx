/** A text to take along: shown in full, copied by a button that says when it is done. */
import { useSignal } from '@preact/signals';
import { announce } from './announce.tsx';

export function CopyText({ text, label }: { text: string; label: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    if (!await copyToClipboard(text)) {
      announce('This browser does not let pages copy here: mark the text and copy it yourself.');
      return;
    }
    copied.value = true;
    announce(`${label} copied`);
    setTimeout(() => copied.value = false, 2000);
  };
  return (
    <div class='copy'>
      <code tabIndex={0} aria-label={label}>{text}</code>
      <button type='button' class='button' onClick={() => void copy()} aria-label={`Copy ${label}`}>
        {copied.value ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

/** False where the browser refuses, as on plain http off localhost. */
async function copyToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
