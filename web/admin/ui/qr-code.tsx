/** A text as a QR code, drawn as one path. The encoder loads when the first one is shown. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { partMissing } from './part-missing.ts';

export function QrCode({ text, label }: { text: string; label: string }) {
  const cells = useSignal<boolean[][]>([]);
  useEffect(() => {
    let wanted = true;
    void import('qr').then(({ default: encodeQR }) => {
      if (wanted) cells.value = encodeQR(text, 'raw', { ecc: 'medium', border: 1 });
    }, partMissing);
    return () => wanted = false;
  }, [text]);
  const side = cells.value.length || 1;
  const d = cells.value
    .flatMap((row, y) => row.flatMap((dark, x) => dark ? [`M${x} ${y}h1v1h-1z`] : []))
    .join('');
  return (
    <svg class='qr' viewBox={`0 0 ${side} ${side}`} role='img' aria-label={label}>
      <path d={d} shape-rendering='crispEdges' />
    </svg>
  );
}
