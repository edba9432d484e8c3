import type { ComponentChildren } from 'preact';

/** Head of a column; `number`: its cells are set to the right. */
export type Head = string | { number: string };

export interface TableProps {
  heads: Head[];
  /** A last column of buttons, whose head is only read aloud. */
  actions?: boolean;
  /** Rows become cards on a narrow screen. */
  list?: boolean;
  /** The rows. */
  children: ComponentChildren;
}

/** A table in a frame that scrolls where it is too wide. */
export function Table({ heads, actions = false, list = true, children }: TableProps) {
  return (
    <div class='table-frame'>
      <table class={list ? 'as-list' : undefined}>
        <thead>
          <tr>
            {heads.map((head) =>
              typeof head === 'string'
                ? <th key={head}>{head}</th>
                : <th key={head.number} class='number'>{head.number}</th>
            )}
            {actions && (
              <th>
                <span class='unseen'>Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
