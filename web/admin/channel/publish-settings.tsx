/** What goes into an encoder: OBS fields, an ffmpeg line, a QR code for phones. */
import { ingestServers } from '../ingest-servers.ts';
import { CopyText } from '../ui/copy-text.tsx';
import { QrCode } from '../ui/qr-code.tsx';

/** Stands in lines where the key is not known any more. */
const HIDDEN = 'YOUR-KEY';

export function PublishSettings({ channel, streamKey }: { channel: string; streamKey?: string }) {
  const [server = ''] = ingestServers.value;
  const key = `${channel}?key=${streamKey ?? HIDDEN}`;
  const url = `${server}/${key}`;
  return (
    <div class='beside'>
      <div class='stack'>
        <div class='field'>
          <span class='field-label'>Server</span>
          {ingestServers.value.map((address) => <CopyText key={address} text={address} label='server' />)}
          <p class='help'>
            OBS: Settings, Stream, Service “Custom”. Any encoder that speaks RTMP with H.264 and AAC will do.
          </p>
        </div>
        <div class='field'>
          <span class='field-label'>Stream key</span>
          {streamKey ? <CopyText text={key} label='stream key' /> : (
            <code>
              {channel}?key=<span class='quiet'>the key you copied when it was made</span>
            </code>
          )}
        </div>
        <div class='field'>
          <span class='field-label'>Or with ffmpeg</span>
          <CopyText
            text={`ffmpeg -re -i film.mp4 -c:v libx264 -g 50 -c:a aac -f flv "${url}"`}
            label='ffmpeg line'
          />
          <p class='help'>Set the keyframe interval of your encoder to 2 s.</p>
        </div>
      </div>
      {streamKey && (
        <figure class='stack tight'>
          <QrCode text={url} label='QR code of the publishing address' />
          <figcaption class='small quiet'>
            For encoders on a phone. It holds the key: show it to nobody.
          </figcaption>
        </figure>
      )}
    </div>
  );
}
