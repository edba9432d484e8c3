/** Deliveries that were given up: send one again, or forget them all. */
import type { DeadDelivery, HookResource } from '../../../protocol/webhook.ts';
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
  const path = `/webhooks/${hook.id}/dead`;
  const pages = usePages<DeadDelivery>(path);
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
        {(dead) =>
          dead.length === 0 ? <p>Nothing any more.</p> : (
            <ul class='plain-list'>
              {dead.map(({ id, type, happenedAt, attempts, lastResult }) => (
                <li key={id} class='row spread'>
                  <span>
                    <code>{type}</code> {formatTime(happenedAt)}
                    <span class='quiet small block'>{attempts} attempts, the last one: {lastResult}</span>
                  </span>
                  <button
                    type='button'
                    class='button plain'
                    onClick={() => void act('It is sent again', () => api.post(`${path}/${id}/retry`))}
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
        <button type='button' class='button' onClick={() => void act('Forgotten', () => api.delete(path))}>
          Forget all
        </button>
        <button type='button' class='button first' onClick={onClose}>Done</button>
      </div>
    </Dialog>
  );
}
