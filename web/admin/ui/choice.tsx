/** One of a few, side by side. */
interface ChoiceProps<T extends string> {
  label: string;
  options: Partial<Record<T, string>>;
  value: T;
  onChoose: (value: T) => void;
}

export function Choice<T extends string>({ label, options, value, onChoose }: ChoiceProps<T>) {
  return (
    <div class='choice' role='group' aria-label={label}>
      {(Object.entries(options) as [T, string][]).map(([key, name]) => (
        <button
          type='button'
          key={key}
          aria-pressed={key === value}
          onClick={() => onChoose(key)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
