/** What the origin sees of the encoder, and what to change about it. */
import type { IngestStatus } from '../../../protocol/control.ts';
import { formatKbps } from '../format.ts';

export function IngestHealth({ status }: { status: IngestStatus | undefined }) {
  if (!status) return null;
  const codecs = [status.videoCodec, status.audioCodec].filter(Boolean).join(', ');
  return (
    <section class='stack tight' aria-labelledby='ingest'>
      <h2 id='ingest'>What the encoder sends</h2>
      <p>
        {formatKbps(status.bitrateKbps)}, {Math.round(status.fps)} frames/s, a keyframe every{' '}
        {status.keyframeIntervalS.toFixed(1)} s{codecs && `, ${codecs}`}
        {status.droppedPieces > 0 && `, ${status.droppedPieces} pieces dropped on the way to the edge`}
      </p>
      <ul class='advice'>
        {status.advice.length === 0
          ? <li class='good'>Nothing to mend.</li>
          : status.advice.map((line) => <li key={line}>{line}</li>)}
      </ul>
    </section>
  );
}
