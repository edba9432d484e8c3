/** A text as a QR code, drawn as one path. */
import encodeQR from 'qr';

export function QrCode({ text, label }: { text: string; label: string }) {
  const cells = encodeQR(text, 'raw', { ecc: 'medium', border: 0 });
  const d = cells.flatMap((row, y) => row.flatMap((dark, x) => dark ? [`M${x} ${y}h1v1h-1z`] : [])).join('');
  return (
    <svg class='qr' viewBox={`0 0 ${cells.length} ${cells.length}`} role='img' aria-label={label}>
      <path d={d} shape-rendering='crispEdges' />
    </svg>
  );
}
