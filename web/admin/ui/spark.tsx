/** A line as small as a word: how viewers went lately. */
export function Spark({ values, label }: { values: number[]; label: string }) {
  return (
    <svg class='spark' viewBox='0 0 96 24' preserveAspectRatio='none' role='img' aria-label={label}>
      <path d={sparkPath(values, 96, 24)} vector-effect='non-scaling-stroke' />
    </svg>
  );
}

/** A path through the values, its foot at zero; flat at the foot while there is nothing. */
export function sparkPath(values: number[], width: number, height: number): string {
  if (values.length < 2) return `M0 ${height}H${width}`;
  const top = Math.max(...values, 1);
  const step = width / (values.length - 1);
  return values.map((value, i) => {
    const y = height - value / top * height;
    return `${i === 0 ? 'M' : 'L'}${round(i * step)} ${round(y)}`;
  }).join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
