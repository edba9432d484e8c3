/** Which columns the visit report shows; kept in this browser. */
import { useSignal } from '@preact/signals';
import { Dialog } from '../ui/dialog.tsx';
import { STANDARD_COLUMNS, VISIT_COLUMNS } from './visit-columns.ts';

interface ColumnChoiceProps {
  chosen: string[];
  onChoose: (names: string[]) => void;
}

export function ColumnChoice({ chosen, onChoose }: ColumnChoiceProps) {
  const open = useSignal(false);
  const turn = (name: string, on: boolean) => {
    const names = on ? [...chosen, name] : chosen.filter((one) => one !== name);
    if (names.length > 0) onChoose(names);
  };
  return (
    <>
      <button type='button' class='button' onClick={() => open.value = true}>Columns</button>
      {open.value && (
        <Dialog title='Columns' onClose={() => open.value = false}>
          <div class='column-list'>
            {VISIT_COLUMNS.map(({ name, title }) => (
              <label class='check' key={name}>
                <input
                  type='checkbox'
                  checked={chosen.includes(name)}
                  onChange={(event) => turn(name, event.currentTarget.checked)}
                />
                {title}
              </label>
            ))}
          </div>
          <div class='row'>
            <button type='button' class='button plain' onClick={() => onChoose(STANDARD_COLUMNS)}>
              Standard
            </button>
            <button type='button' class='button first' onClick={() => open.value = false}>Done</button>
          </div>
        </Dialog>
      )}
    </>
  );
}
