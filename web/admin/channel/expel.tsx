/** Sending a viewer away: now (kick), or for good (ban). */
import { useSignal } from '@preact/signals';
import type { ViewerRow } from '../../../protocol/report.ts';
import { api } from '../desk.ts';
import { shortId } from '../swarm/short-id.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Field } from '../ui/field.tsx';

export interface Expulsion {
  what: 'kick' | 'ban';
  viewer: ViewerRow;
}

interface ExpelProps {
  channel: string;
  expulsion: Expulsion;
  onClose: () => void;
  onDone: () => void;
}

/** Lengths of a ban, seconds; empty: until it is lifted. */
const LENGTHS = [['', 'Until I lift it'], ['3600', 'An hour'], ['86400', 'A day'], [
  '604800',
  'A week',
]] as const;

export function Expel({ channel, expulsion: { what, viewer }, onClose, onDone }: ExpelProps) {
  const reason = useSignal('');
  const ttl = useSignal('');
  const name = viewer.viewer || shortId(viewer.peerId);
  const go = async () => {
    await api.channels[':name'].viewers[':peerId'][what].$post({
      // The client puts the parts of a path in as they are, and a peer's id may hold any character.
      param: { name: channel, peerId: encodeURIComponent(viewer.peerId) },
      json: {
        reason: reason.value.trim(),
        ...(what === 'ban' && ttl.value ? { ttlS: Number(ttl.value) } : {}),
      },
    });
    announce(what === 'kick' ? `${name} was sent away` : `${name} is banned`);
    onDone();
  };
  return (
    <Confirm
      title={what === 'kick' ? `Kick ${name}?` : `Ban ${name}?`}
      act={what === 'kick' ? 'Kick viewer' : 'Ban viewer'}
      onClose={onClose}
      onConfirm={go}
    >
      <div class='stack'>
        <p>
          {what === 'kick'
            ? 'The picture stops within a second. Nothing keeps this viewer from coming back.'
            : viewer.viewer
            ? 'The picture stops within a second, and the viewer id is refused from now on.'
            : 'The picture stops within a second. This visit carries no viewer id, so a new one cannot be told from it.'}
        </p>
        <Field label='Reason' name='reason' help='Shown to the viewer. Optional.'>
          {(input) => (
            <input
              {...input}
              class='wide'
              maxLength={200}
              value={reason.value}
              onInput={(event) => reason.value = event.currentTarget.value}
            />
          )}
        </Field>
        {what === 'ban' && (
          <Field label='How long' name='ttlS'>
            {(input) => (
              <select
                {...input}
                value={ttl.value}
                onChange={(event) => ttl.value = event.currentTarget.value}
              >
                {LENGTHS.map(([value, words]) => <option key={value} value={value}>{words}</option>)}
              </select>
            )}
          </Field>
        )}
      </div>
    </Confirm>
  );
}
