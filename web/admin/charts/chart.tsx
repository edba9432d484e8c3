/** One chart, drawn by uPlot: the newest values stand in its caption, those under the pointer while it is there. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatCount, formatKbps, formatMs } from '../format.ts';
import { partMissing } from '../ui/part-missing.ts';
import { colorOf, useScheme } from './colors.ts';
import { type ChartData, type ChartPlan, stackedUp, type Value } from './columns.ts';

const HEIGHT = 160;
/** Room for the marks of the y axis. */
const AXIS_WIDTH = 64;

export const FORMATS: Record<ChartPlan['unit'], (value: number) => string> = {
  count: (value) => formatCount(Math.round(value * 10) / 10),
  kbps: formatKbps,
  ms: formatMs,
  perHour: (value) => value.toFixed(1),
};

/** @param group Charts of one name share their pointer. */
export function Chart({ plan, data, group }: { plan: ChartPlan; data: ChartData; group: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const under = useSignal<number | null>(null);
  const scheme = useScheme();
  const drawn = plan.stacked ? stackedUp(data.columns) : data.columns;

  const newest = useRef<uPlot.AlignedData>([data.at, ...drawn]);
  newest.current = [data.at, ...drawn];

  useEffect(() => {
    const element = box.current!;
    const show = (index: number | null) => under.value = index;
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    let wanted = true;
    void import('uplot').then(({ default: UPlot }) => {
      if (!wanted) return;
      plot.current = new UPlot(optionsFor(plan, element.clientWidth, group, show), newest.current, element);
      observer.observe(element);
    }, partMissing);
    return () => {
      wanted = false;
      observer.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [plan, scheme]);

  useEffect(() => plot.current?.setData(newest.current), [data]);

  const at = under.value ?? data.at.length - 1;
  return (
    <figure class={`chart${plan.broad ? ' broad' : ''}`}>
      <figcaption>
        <h3>{plan.title}</h3>
        <ul class='chart-keys small'>
          {plan.series.map(({ name, color, bound }, i) => (
            <Key
              key={name}
              name={plan.series.length > 1 ? name : ''}
              color={color}
              value={bound ? last(data.columns[i]!) : data.columns[i]![at] ?? null}
              show={FORMATS[plan.unit]}
              optional={bound === true}
            />
          ))}
        </ul>
      </figcaption>
      <div class='chart-plot' ref={box} aria-hidden='true' />
    </figure>
  );
}

interface KeyProps {
  name: string;
  color: string;
  value: Value;
  show: (value: number) => string;
  optional: boolean;
}

function Key({ name, color, value, show, optional }: KeyProps) {
  if (optional && value === null) return null;
  return (
    <li>
      {name && <i style={{ background: `var(${color})` }} aria-hidden='true' />}
      {name && <span class='quiet'>{name}</span>}
      <strong>{value === null ? '–' : show(value)}</strong>
    </li>
  );
}

function last(column: Value[]): Value {
  return column.at(-1) ?? null;
}

function optionsFor(
  plan: ChartPlan,
  width: number,
  group: string,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const quiet = colorOf('--quiet');
  const line = colorOf('--line');
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const show = FORMATS[plan.unit];
  const axis: uPlot.Axis = { stroke: quiet, font, ticks: { show: false }, grid: { stroke: line, width: 1 } };
  return {
    width,
    height: HEIGHT,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, sync: { key: group }, points: { show: !plan.stacked } },
    hooks: { setCursor: [(self) => onPoint(self.cursor.left! >= 0 ? self.cursor.idx ?? null : null)] },
    scales: { y: { range: (_, _min, max) => [0, Math.max(max * 1.1 || 0, plan.least)] } },
    axes: [
      { ...axis, grid: { show: false }, space: 72, values: clockMarks },
      { ...axis, size: AXIS_WIDTH, space: 36, values: (_, marks) => marks.map(show) },
    ],
    series: [
      {},
      ...plan.series.map(({ name, color, bound }): uPlot.Series => {
        const stroke = colorOf(color);
        return {
          label: name,
          stroke,
          width: 1.5,
          points: { show: false },
          spanGaps: false,
          ...(bound ? { dash: [4, 4] } : {}),
          ...(plan.stacked ? { fill: stroke, width: 0 } : {}),
        };
      }),
    ],
  };
}

/** Clock times; a date where a day begins. */
function clockMarks(_: uPlot, marks: number[]): string[] {
  const span = (marks.at(-1) ?? 0) - (marks[0] ?? 0);
  return marks.map((mark) => {
    const at = new Date(mark * 1000);
    const two = (value: number) => String(value).padStart(2, '0');
    if (span > 86_400 * 1.5) return `${at.getDate()} ${at.toLocaleString('en', { month: 'short' })}`;
    const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
    return span < 240 ? `${clock}:${two(at.getSeconds())}` : clock;
  });
}
