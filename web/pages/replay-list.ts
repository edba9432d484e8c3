/** The list of a channel's replays below the player. */
import type { Replay } from '../../protocol/replay.ts';
import { formatBytes, formatClock } from '../player/format.ts';
import type { Language } from '../player/words/words.ts';

/** Most that are shown, newest first. */
const MOST = 12;
const AGAIN_MS = 30_000;
let askedAt = -Infinity;

/** Asks the edge and shows what there is; nothing happens when there is none, or when it was asked just now. */
export async function showReplays(channel: string, language: Language): Promise<void> {
  if (performance.now() - askedAt < AGAIN_MS) return;
  askedAt = performance.now();
  const answer = await fetch(`/replay/of/${channel}`).catch(() => undefined);
  if (!answer?.ok) return;
  const { items } = await answer.json() as { items: Replay[] };
  const list = document.getElementById('replay-list')!;
  list.replaceChildren(...items.slice(0, MOST).map((replay) => itemOf(replay, language)));
  document.getElementById('replays')!.hidden = items.length === 0;
}

function itemOf({ page, startedAt, durationMs, bytes, title }: Replay, language: Language): HTMLElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  // A token of the live page opens its replays too.
  link.href = page + location.hash;
  const when = new Date(startedAt).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  const about = document.createElement('span');
  about.textContent = `${when} · ${formatClock(durationMs / 1000)} · ${formatBytes(bytes, language)}`;
  link.append(title, about);
  item.append(link);
  return item;
}
