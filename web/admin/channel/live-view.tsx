/** A channel now: its figures, who carries it, how it went, its picture, and what to do about what is wrong. */
import { useSignal } from '@preact/signals';
import type { Figures } from '../../../protocol/report.ts';
import { Chart } from '../charts/chart.tsx';
import { CHARTS, historyColumns, liveColumns } from '../charts/columns.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatCount, formatKbps, formatMs } from '../format.ts';
import { live } from '../live/live.ts';
import { useLoad } from '../load.ts';
import { channelPath } from '../route.ts';
import { Choice } from '../ui/choice.tsx';
import { Empty, Loaded, Loading } from '../ui/loaded.tsx';
import { SourceBar, SourceKeys } from '../ui/source-bar.tsx';
import type { ViewProps } from './channel-page.tsx';
import { IngestHealth } from './ingest-health.tsx';
import { Preview } from './preview.tsx';

/** Spans of the charts: `now` is what the socket told since the page was opened. */
const SPANS = { now: 'Now', hour: 'Hour', day: 'Day', week: 'Week' } as const;
type Span = keyof typeof SPANS;
const SPAN_MS: Record<Exclude<Span, 'now'>, number> = { hour: 3.6e6, day: 8.64e7, week: 6.048e8 };

export function LiveView({ channel }: ViewProps) {
  const on = channel.state === 'live' || channel.state === 'lost';
  const chosen = useSignal<Span | undefined>(undefined);
  const span = chosen.value ?? (on ? 'now' : 'day');
  const figures = live.book.figures.value;
  const now = figures.at(-1);
  return (
    <>
      {on
        ? (now ? <Now figures={now} channel={channel.name} /> : <Loading />)
        : <OffAir channel={channel.name} stopped={channel.state === 'stopped'} />}
      <section class='section' aria-labelledby='course'>
        <div class='row spread'>
          <h2 id='course'>{span === 'now' ? 'Since you opened this page' : `Last ${span}`}</h2>
          <Choice label='Span' options={SPANS} value={span} onChoose={(value) => chosen.value = value} />
        </div>
        {span === 'now'
          ? <LiveCharts figures={figures} channel={channel.name} />
          : <PastCharts channel={channel.name} span={span} />}
      </section>
    </>
  );
}

function Now({ figures, channel }: { figures: Figures; channel: string }) {
  const { lanKbps: lan, peerKbps: peer, turnKbps: turn, edgeKbps: edge, health, ingest } = figures;
  return (
    <section class='beside' aria-label='Now'>
      <div class='stack roomy'>
        <FigureList figures={figures} />
        <div class='stack tight'>
          <h2>Where the picture comes from</h2>
          <SourceBar sources={{ lan, peer, turn, edge }} />
          {figures.viewers > 0 && figures.reporting === 0
            ? (
              <p class='quiet'>
                The first reports of viewers are on their way.
              </p>
            )
            : <SourceKeys sources={{ lan, peer, turn, edge }} show={formatKbps} />}
        </div>
        {health.advice.length > 0 && (
          <div class='stack tight'>
            <h2>The swarm</h2>
            <ul class='advice'>{health.advice.map((line) => <li key={line}>{line}</li>)}</ul>
          </div>
        )}
      </div>
      <div class='stack roomy'>
        <Preview channel={channel} />
        <IngestHealth status={ingest} />
      </div>
    </section>
  );
}

function FigureList({ figures: f }: { figures: Figures }) {
  const beside = [
    f.waiting > 0 && `${formatCount(f.waiting)} waiting for upload`,
    f.helped > 0 && `${formatCount(f.helped)} helped`,
  ];
  const cap = f.capKbps === null ? 'no cap' : `of ${formatKbps(f.capKbps)}`;
  return (
    <dl class='figures'>
      <Figure
        name='Viewers'
        value={formatCount(f.viewers)}
        aside={beside.filter(Boolean).join(', ')}
      />
      <Figure
        name='Carried by viewers'
        value={f.offload === null ? '–' : `${Math.floor(f.offload * 100)} %`}
        aside={f.supplyRatio === null ? '' : `supply ${f.supplyRatio.toFixed(1)} × demand`}
      />
      <Figure name='Edge sends' value={formatKbps(f.egressKbps)} aside={cap} />
      <Figure
        name='Behind live'
        value={f.latencyP50Ms === null ? '–' : formatMs(f.latencyP50Ms)}
        aside={f.latencyP95Ms === null ? '' : `95 % within ${formatMs(f.latencyP95Ms)}`}
      />
      <Figure name='Stalls' value={f.stallsPerHour.toFixed(1)} aside='per viewer-hour' />
      <Figure name='Start-up' value={f.startupMs === null ? '–' : formatMs(f.startupMs)} />
    </dl>
  );
}

function Figure({ name, value, aside }: { name: string; value: string; aside?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {aside && <span class='aside'>{aside}</span>}
      </dd>
    </div>
  );
}

function OffAir({ channel, stopped }: { channel: string; stopped: boolean }) {
  return stopped
    ? (
      <Empty title='Stopped.'>
        <p>Encoders are turned away until you start it again.</p>
      </Empty>
    )
    : (
      <Empty title='Nobody is publishing.'>
        <p>Push to it from OBS or ffmpeg. This page shows it within a second or two.</p>
        <a class='button first' href={channelPath(channel, 'publish')}>How to publish</a>
      </Empty>
    );
}

function LiveCharts({ figures, channel }: { figures: readonly Figures[]; channel: string }) {
  if (figures.length < 2) return <p class='quiet'>The charts begin with the next figures.</p>;
  return (
    <div class='charts'>
      {CHARTS.map((plan) => (
        <Chart key={plan.title} plan={plan} data={liveColumns(plan, figures)} group={`live ${channel}`} />
      ))}
    </div>
  );
}

function PastCharts({ channel, span }: { channel: string; span: Exclude<Span, 'now'> }) {
  // Asked again when a step has closed; a day's chart does not change with ten seconds.
  const round = span === 'hour' ? live.book.steps.value : 0;
  const load = useLoad(`${channel} ${span}`, (signal) => {
    const query = { from: String(Math.round(Date.now() - SPAN_MS[span])) };
    return told(
      api.channels[':name'].history.$get({ param: { name: channel }, query }, { init: { signal } }),
    );
  }, round);
  return (
    <Loaded of={load}>
      {({ rows, stepS }) =>
        rows.length === 0 ? <p class='quiet'>Nothing was broadcast in this time.</p> : (
          <div class='charts'>
            {CHARTS.map((plan) => (
              <Chart
                key={plan.title}
                plan={plan}
                data={historyColumns(plan, rows, stepS)}
                group={`past ${channel}`}
              />
            ))}
          </div>
        )}
    </Loaded>
  );
}
