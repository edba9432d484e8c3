/** What is told to your own systems. */
import { useSignal } from '@preact/signals';
import type { HookResource, HookTest } from '../../../protocol/webhook.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { counted } from '../format.ts';
import { DeadDeliveries } from '../hooks/dead-deliveries.tsx';
import { HookDialog } from '../hooks/hook-dialog.tsx';
import { EVENT_NAMES } from '../hooks/event-names.ts';
import { asFailure } from '../load.ts';
import { More, usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { CopyText } from '../ui/copy-text.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';

type Question =
  | { what: 'new' }
  | { what: 'edit' | 'delete' | 'dead'; hook: HookResource }
  | { what: 'secret'; secret: string };

export function WebhooksPage() {
  const pages = usePages('webhooks', (query) => api.webhooks.$get({ query }));
  const question = useSignal<Question | undefined>(undefined);
  const close = () => question.value = undefined;
  const ask = (asked: Question) => question.value = asked;
  const asked = question.value;
  return (
    <>
      <PageHead
        title='Webhooks'
        below='Shoal tells your systems what happens: signed, and again until it is heard.'
      >
        <button type='button' class='button first' onClick={() => ask({ what: 'new' })}>New webhook</button>
      </PageHead>
      <Loaded of={pages}>
        {(hooks) =>
          hooks.length === 0
            ? (
              <Empty title='No webhook.'>
                <p>
                  For example: post to your chat when a channel goes live, or when its encoder is in trouble.
                </p>
              </Empty>
            )
            : (
              <ul class='plain-list'>
                {hooks.map((hook) => <Hook key={hook.id} hook={hook} ask={ask} onChange={pages.again} />)}
              </ul>
            )}
      </Loaded>
      <More of={pages} />
      {(asked?.what === 'new' || asked?.what === 'edit') && (
        <HookDialog
          hook={asked.what === 'edit' ? asked.hook : undefined}
          onClose={close}
          onSaved={(secret) => {
            pages.again();
            if (secret) ask({ what: 'secret', secret });
          }}
        />
      )}
      {asked?.what === 'dead' && <DeadDeliveries hook={asked.hook} onClose={close} onChange={pages.again} />}
      {asked?.what === 'delete' && (
        <Confirm
          title='Delete this webhook?'
          act='Delete webhook'
          onClose={close}
          onConfirm={async () => {
            await api.webhooks[':id'].$delete({ param: { id: asked.hook.id } });
            announce('The webhook is deleted');
            pages.again();
          }}
        >
          <p>{asked.hook.url} is told nothing any more, what waits included.</p>
        </Confirm>
      )}
      {asked?.what === 'secret' && (
        <Dialog title='Signing secret' firm onClose={close}>
          <p>
            It is shown this once. Your system checks with it that a delivery is from Shoal (Standard
            Webhooks).
          </p>
          <CopyText text={asked.secret} label='signing secret' />
          <div class='row'>
            <button type='button' class='button first' onClick={close}>I have copied it</button>
          </div>
        </Dialog>
      )}
    </>
  );
}

interface HookProps {
  hook: HookResource;
  ask: (question: Question) => void;
  onChange: () => void;
}

function Hook({ hook, ask, onChange }: HookProps) {
  const tested = useSignal<HookTest | undefined>(undefined);
  const busy = useSignal(false);
  const test = async () => {
    busy.value = true;
    try {
      tested.value = (await told(api.webhooks[':id'].test.$post({ param: { id: hook.id } }))).test;
      onChange();
    } catch (error) {
      announce(asFailure(error).message);
    } finally {
      busy.value = false;
    }
  };
  const events = hook.events.length === 0
    ? 'everything'
    : hook.events.map((one) => EVENT_NAMES[one]).join(', ');
  const channels = hook.channels.length === 0 ? 'all channels' : hook.channels.join(', ');
  return (
    <li class='stack tight'>
      <div class='row spread'>
        <span class='hook-target'>
          <strong>{hook.url}</strong> {hook.disabled && <span class='quiet'>(disabled)</span>}
          <span class='quiet small block'>{events}; {channels}</span>
        </span>
        <span class='row'>
          {hook.dead > 0 && (
            <button
              type='button'
              class='button plain bad'
              onClick={() => ask({ what: 'dead', hook })}
            >
              {counted(hook.dead, 'delivery', 'deliveries')} given up
            </button>
          )}
          <button type='button' class='button' disabled={busy.value} onClick={() => void test()}>
            {busy.value ? 'Sending …' : 'Send a test'}
          </button>
          <button type='button' class='button plain' onClick={() => ask({ what: 'edit', hook })}>Edit</button>
          <button type='button' class='button plain' onClick={() => ask({ what: 'delete', hook })}>
            Delete
          </button>
        </span>
      </div>
      <p class='small quiet' role='status'>
        {tested.value
          ? `${
            tested.value.delivered ? 'The test arrived' : 'The test did not arrive'
          }: ${tested.value.result}`
          : hook.lastResult
          ? `Last answer: ${hook.lastResult}${hook.waiting > 0 ? `, ${hook.waiting} waiting` : ''}`
          : 'Nothing was sent yet.'}
      </p>
    </li>
  );
}
