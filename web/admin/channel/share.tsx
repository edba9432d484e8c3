/** What is handed to viewers: the address, its QR code, and the code for somebody's page. */
import { elementCode, embedCode } from '../../../protocol/embed.ts';
import { CopyText } from '../ui/copy-text.tsx';
import { QrCode } from '../ui/qr-code.tsx';

export function Share({ channel }: { channel: string }) {
  const address = `${location.origin}/watch/${channel}`;
  return (
    <section class='section' aria-labelledby='share'>
      <h2 id='share'>For viewers</h2>
      <div class='beside'>
        <div class='stack'>
          <div class='field'>
            <span class='field-label'>Watch page</span>
            <CopyText text={address} label='watch address' />
          </div>
          <div class='field'>
            <span class='field-label'>In a page, as a frame</span>
            <CopyText text={embedCode(location.origin, channel)} label='frame code' />
          </div>
          <div class='field'>
            <span class='field-label'>In a page, as an element</span>
            <CopyText text={elementCode(location.origin, channel)} label='element code' />
          </div>
        </div>
        <figure class='stack tight'>
          <QrCode text={address} label='QR code of the watch page' />
          <figcaption class='small quiet'>Opens the watch page on a phone.</figcaption>
        </figure>
      </div>
    </section>
  );
}
