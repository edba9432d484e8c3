/** How to push to a channel: addresses and stream keys. */
import { may } from '../me.ts';
import type { ViewProps } from './channel-page.tsx';
import { PublishSettings } from './publish-settings.tsx';
import { SourceSection } from './source-section.tsx';
import { Share } from './share.tsx';
import { StreamKeys } from './stream-keys.tsx';

export function PublishView({ channel }: ViewProps) {
  return (
    <>
      <section aria-labelledby='encoder' class='stack'>
        <h2 id='encoder'>In your encoder</h2>
        <PublishSettings channel={channel.name} />
      </section>
      {may('operator') && <StreamKeys channel={channel.name} />}
      {may('owner') && <SourceSection channel={channel.name} />}
      <Share channel={channel.name} />
    </>
  );
}
