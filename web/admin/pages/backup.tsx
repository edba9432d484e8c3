/** Backup and restore of everything that an admin has set. */
import { useSignal } from '@preact/signals';
import type { Backup } from '../../../protocol/backup.ts';
import { told } from '../api/client.ts';
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { counted, formatTime } from '../format.ts';
import { saveFile } from '../save-file.ts';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Field } from '../ui/field.tsx';

export function BackupSection({ onRestored }: { onRestored: () => void }) {
  const chosen = useSignal<Backup | undefined>(undefined);
  const download = () =>
    attempt(async () => {
      const answer = await api.backup.$get();
      saveFile(await answer.blob(), `shoal-${new Date().toISOString().slice(0, 10)}.json`);
    });
  /** The same file may be chosen again after it was mended. */
  const choose = (input: HTMLInputElement) =>
    attempt(async () => {
      const text = await input.files?.[0]?.text();
      input.value = '';
      if (text !== undefined) chosen.value = readBackup(text);
    });
  const document = chosen.value;
  return (
    <section class='section narrow' aria-labelledby='backup'>
      <div>
        <h2 id='backup'>Backup</h2>
        <p class='quiet'>
          Channels, stream keys, settings, tenants, leases and webhooks as one file. It holds no secret in
          plain: it is of use only with this server’s own secrets. Figures and visits are not in it.
        </p>
      </div>
      <div>
        <button type='button' class='button' onClick={() => void download()}>Download backup</button>
      </div>
      <Field
        label='Restore from a file'
        name='restore'
        help='You are asked once more before anything changes.'
      >
        {(input) => (
          <input
            {...input}
            type='file'
            class='wide'
            accept='application/json,.json'
            onChange={(event) => void choose(event.currentTarget)}
          />
        )}
      </Field>
      {document && (
        <Confirm
          title='Restore this backup?'
          act='Restore'
          onClose={() => chosen.value = undefined}
          onConfirm={async () => {
            const { restored } = await told(api.restore.$post({ json: document }));
            announce(
              `Restored: ${counted(restored.channels, 'channel')}, ${counted(restored.leases, 'lease')}`,
            );
            onRestored();
          }}
        >
          <p>
            It was made {formatTime(document.createdAt)} and holds{' '}
            {counted(document.channels.length, 'channel')}
            , {counted(document.tenants.length, 'tenant')}, {counted(document.leases.length, 'lease')} and
            {' '}
            {counted(document.webhooks.length, 'webhook')}. What has the same name here is overwritten; what
            is not in it stays.
          </p>
        </Confirm>
      )}
    </section>
  );
}

/** Whether its fields are right is the edge's to say. Throws Error with a sentence. */
function readBackup(text: string): Backup {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('This file is not JSON: choose one that was downloaded here.');
  }
  const document = parsed as Backup;
  const lists = [document?.channels, document?.tenants, document?.leases, document?.webhooks];
  if (lists.every(Array.isArray)) return document;
  throw new Error('This file is no backup of a Shoal.');
}
