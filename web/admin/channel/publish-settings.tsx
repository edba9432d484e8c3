/** What goes into an encoder: OBS fields, an ffmpeg line, a QR code for phones. */
import { useIngestServers } from '../ingest-servers.ts';
import { CopyText } from '../ui/copy-text.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { QrCode } from '../ui/qr-code.tsx';

/** Stands in lines where the key is not known any more. */
const HIDDEN = 'YOUR-KEY';

interface PublishSettingsProps {
  channel: string;
  /** Known only right after it was made. */
  streamKey?: string;
}

export function PublishSettings(props: PublishSettingsProps) {
  const servers = useIngestServers();
  return (
    <Loaded of={servers}>
      {(addresses) =>
        addresses.length === 0
          ? (
            <Empty title='No origin is connected.'>
              <p>The origin takes what encoders push. Start it, and its address stands here.</p>
            </Empty>
          )
          : <Fields servers={addresses} {...props} />}
    </Loaded>
  );
}

function Fields({ servers, channel, streamKey }: PublishSettingsProps & { servers: string[] }) {
  const key = `${channel}?key=${streamKey ?? HIDDEN}`;
  const url = `${servers[0]}/${key}`;
  return (
    <div class={streamKey ? 'beside' : ''}>
      <div class='stack'>
        <div class='field'>
          <span class='field-label'>Server</span>
          {servers.map((address) => <CopyText key={address} text={address} label='server' />)}
          <p class='help'>
            OBS: Settings, Stream, Service “Custom”. Any encoder that speaks RTMP with H.264 and AAC will do;
            set its keyframe interval to 2 s.
          </p>
        </div>
        <div class='field'>
          <span class='field-label'>Stream key</span>
          <CopyText text={key} label='stream key' />
          {!streamKey && (
            <p class='help'>The key itself was shown when it was made. Lost it? Reset it below.</p>
          )}
        </div>
        <div class='field'>
          <span class='field-label'>Or with ffmpeg</span>
          <CopyText
            text={`ffmpeg -re -i film.mp4 -c:v libx264 -g 50 -c:a aac -f flv "${url}"`}
            label='ffmpeg line'
          />
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
