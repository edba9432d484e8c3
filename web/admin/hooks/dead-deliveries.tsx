/** Deliveries that were given up: send one again, or forget them all. */
import type { HookResource } from '../../../protocol/webhook.ts';
import { attempt } from '../attempt.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { More, usePages } from '../pager.tsx';
import { announce } from '../ui/announce.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Loaded } from '../ui/loaded.tsx';

interface DeadDeliveriesProps {
  hook: HookResource;
  onClose: () => void;
  onChange: () => void;
}

export function DeadDeliveries({ hook, onClose, onChange }: DeadDeliveriesProps) {
  const { dead } = api.webhooks[':id'];
  const param = { id: hook.id };
  const pages = usePages(hook.id, (query) => dead.$get({ param, query }));
  const act = (said: string, what: () => Promise<unknown>) =>
    attempt(async () => {
      await what();
      announce(said);
      pages.again();
      onChange();
    });
  return (
    <Dialog title='Given up' broad onClose={onClose}>
      <p class='quiet'>{hook.url}</p>
      <Loaded of={pages}>
        {(items) =>
          items.length === 0 ? <p>Nothing any more.</p> : (
            <ul class='plain-list'>
              {items.map(({ id, type, happenedAt, attempts, lastResult }) => (
                <li key={id} class='row spread'>
                  <span>
                    <code>{type}</code> {formatTime(happenedAt)}
                    <span class='quiet small block'>{attempts} attempts, the last one: {lastResult}</span>
                  </span>
                  <button
                    type='button'
                    class='button plain'
                    onClick={() =>
                      void act(
                        'It is sent again',
                        () => dead[':delivery'].retry.$post({ param: { ...param, delivery: id } }),
                      )}
                  >
                    Send again
                  </button>
                </li>
              ))}
            </ul>
          )}
      </Loaded>
      <More of={pages} />
      <div class='row'>
        <button
          type='button'
          class='button'
          onClick={() => void act('Forgotten', () => dead.$delete({ param }))}
        >
          Forget all
        </button>
        <button type='button' class='button first' onClick={onClose}>Done</button>
      </div>
    </Dialog>
  );
}
