/** A search that waits until the typing pauses. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const PAUSE_MS = 300;

interface SearchBoxProps {
  /** What is searched, for the placeholder and for screen readers. */
  label: string;
  value: string;
  onSearch: (text: string) => void;
}

export function SearchBox({ label, value, onSearch }: SearchBoxProps) {
  const text = useSignal(value);
  useEffect(() => {
    if (text.value === value) return;
    const timer = setTimeout(() => onSearch(text.value.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text.value]);
  return (
    <input
      type='search'
      placeholder={label}
      aria-label={label}
      value={text.value}
      onInput={(event) => text.value = event.currentTarget.value}
    />
  );
}
