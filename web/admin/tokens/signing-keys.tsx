/** The keys that tokens are signed with. */
import { useSignal } from '@preact/signals';
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { may } from '../me.ts';
import { usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Table } from '../ui/table.tsx';
import { SelectField } from '../ui/text-field.tsx';

/** How long tokens of the old key stay good, seconds. */
const OVERLAPS = [['0', 'End at once'], ['3600', 'Stay good for an hour'], [
  '86400',
  'Stay good for a day',
]] as const;

export function SigningKeys() {
  const pages = usePages('keys', () => api.keys.$get());
  const asking = useSignal(false);
  const overlap = useSignal('86400');
  const retire = (id: string) =>
    attempt(async () => {
      await api.keys[':id'].$delete({ param: { id } });
      announce('Tokens of this key are refused from now on');
      pages.again();
    });
  return (
    <section class='section' aria-labelledby='signing'>
      <div class='row spread'>
        <div>
          <h2 id='signing'>Signing keys</h2>
          <p class='quiet'>
            Public halves:{' '}
            <a href='/.well-known/jwks.json'>/.well-known/jwks.json</a>. The private ones are derived and
            shown to nobody.
          </p>
        </div>
        {may('owner') && (
          <button type='button' class='button' onClick={() => asking.value = true}>Rotate</button>
        )}
      </div>
      <Loaded of={pages}>
        {(keys) => (
          <Table heads={['Key', 'Made', 'State']} actions list={false}>
            {keys.map(({ id, createdAt, retiresAt }) => (
              <tr key={id}>
                <td class='mono'>{id}</td>
                <td>{formatTime(createdAt)}</td>
                <td>{retiresAt ? `Believed until ${formatTime(retiresAt)}` : 'Signs'}</td>
                <td class='actions'>
                  {retiresAt && may('owner') && (
                    <button
                      type='button'
                      class='button plain little'
                      onClick={() => void retire(id)}
                    >
                      End now
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
      {asking.value && (
        <Confirm
          title='Rotate the signing key?'
          act='Rotate key'
          onClose={() => asking.value = false}
          onConfirm={async () => {
            await api.keys.rotate.$post({ json: { overlapS: Number(overlap.value) } });
            announce('A new key signs from now on');
            pages.again();
          }}
        >
          <div class='stack'>
            <p>
              New tokens are signed with a new key, those of admins too. Rotate when a token may have leaked.
            </p>
            <SelectField label='Tokens of the old key' name='overlapS' value={overlap} options={OVERLAPS} />
          </div>
        </Confirm>
      )}
    </section>
  );
}
