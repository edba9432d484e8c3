/** Who rents. */
import { useSignal } from '@preact/signals';
import type { TenantResource } from '../../../protocol/lease.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { nameFrom } from '../name-from.ts';
import { More, usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FormFailure } from '../ui/field.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';

type Question = { what: 'new' } | { what: 'delete'; tenant: TenantResource };

export function Tenants() {
  const pages = usePages('tenants', (query) => api.tenants.$get({ query }));
  const question = useSignal<Question | undefined>(undefined);
  const close = () => question.value = undefined;
  const asked = question.value;
  return (
    <section class='section' aria-labelledby='tenants'>
      <div class='row spread'>
        <h2 id='tenants'>Tenants</h2>
        <button type='button' class='button' onClick={() => question.value = { what: 'new' }}>
          New tenant
        </button>
      </div>
      <Loaded of={pages}>
        {(tenants) =>
          tenants.length === 0
            ? <p class='quiet'>Nobody rents yet. Make a tenant, then a lease.</p>
            : (
              <ul class='plain-list'>
                {tenants.map((tenant) => (
                  <li key={tenant.name} class='row spread'>
                    <span>
                      <strong>{tenant.title || tenant.name}</strong>
                      <span class='quiet small block'>
                        {tenant.name}, since {formatTime(tenant.createdAt)}
                        {tenant.note && `. ${tenant.note}`}
                      </span>
                    </span>
                    <button
                      type='button'
                      class='button plain'
                      aria-label={`Delete ${tenant.title || tenant.name}`}
                      onClick={() => question.value = { what: 'delete', tenant }}
                    >
                      Delete
                    </button>
                  </li>
                ))}
              </ul>
            )}
      </Loaded>
      <More of={pages} />
      {asked?.what === 'new' && <NewTenantDialog onClose={close} onMade={pages.again} />}
      {asked?.what === 'delete' && (
        <Confirm
          title={`Delete ${asked.tenant.title || asked.tenant.name}?`}
          act='Delete tenant'
          onClose={close}
          onConfirm={async () => {
            await api.tenants[':name'].$delete({ param: { name: asked.tenant.name } });
            announce('The tenant is deleted');
            pages.again();
          }}
        >
          <p>A tenant with a lease that is not over cannot be deleted: revoke it first.</p>
        </Confirm>
      )}
    </section>
  );
}

function NewTenantDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const form = useForm();
  const title = useSignal('');
  const name = useSignal('');
  const note = useSignal('');
  const make = form.submit(async () => {
    await api.tenants.$post({
      json: {
        name: name.value.trim() || nameFrom(title.value),
        title: title.value.trim() || name.value.trim(),
        note: note.value.trim(),
      },
    });
    announce('The tenant is made');
    onMade();
    onClose();
  });
  return (
    <Dialog title='New tenant' onClose={onClose}>
      <form class='stack' onSubmit={make} noValidate>
        <TextField label='Title' name='title' value={title} failure={form.failure} maxLength={200} />
        <TextField
          label='Name'
          name='name'
          mono
          value={name}
          failure={form.failure}
          placeholder={nameFrom(title.value)}
          help='Stands in tokens. Empty: made from the title.'
        />
        <TextField
          label='Note'
          name='note'
          value={note}
          lines={2}
          failure={form.failure}
          help='Contact or contract number, for owners only.'
        />
        <FormFailure failure={form.failure} fields={['title', 'name', 'note']} />
        <div class='row'>
          <button type='button' class='button' onClick={onClose}>Cancel</button>
          <button type='submit' class='button first' disabled={form.busy}>Make tenant</button>
        </div>
      </form>
    </Dialog>
  );
}
