/** How every benchmark reports: a table on the terminal and, with `--json FILE`, `{"rows": [...]}`. */

export type Row = Record<string, string | number | undefined>;

/** Rows as aligned columns, in the order of the first row's fields. */
export function formatTable(rows: Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => format(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells.map((line) => line.map((cell, i) => cell.padStart(widths[i]!)).join('  ')).join('\n');
}

export async function report(rows: Row[], jsonFile?: string): Promise<void> {
  console.log(formatTable(rows));
  if (jsonFile) await Deno.writeTextFile(jsonFile, JSON.stringify({ rows }, null, 2) + '\n');
}

/** The p-quantile (0 to 1) of the values, or undefined of none. */
export function quantile(values: number[], p: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}

function format(value: string | number | undefined): string {
  if (value === undefined) return '-';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 0.1 ? 4 : Math.abs(value) < 10 ? 2 : 1);
}
