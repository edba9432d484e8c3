/** The picture as viewers get it. It is one more viewer, so it plays when asked to. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

const SCRIPT = '/assets/player.js';

export function Preview({ channel }: { channel: string }) {
  const wanted = useSignal(false);
  return (
    <div class='preview'>
      {wanted.value
        ? <Player channel={channel} />
        : (
          <button type='button' class='preview-start' onClick={() => wanted.value = true}>
            <svg viewBox='0 0 24 24' aria-hidden='true'>
              <path d='M8 5v14l11-7z' />
            </svg>
            Play here
          </button>
        )}
    </div>
  );
}

function Player({ channel }: { channel: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!document.querySelector(`script[src="${SCRIPT}"]`)) {
      const script = Object.assign(document.createElement('script'), { type: 'module', src: SCRIPT });
      document.head.appendChild(script);
    }
    const player = document.createElement('shoal-player');
    for (const name of ['autoplay', 'muted']) player.setAttribute(name, '');
    player.setAttribute('channel', channel);
    box.current!.appendChild(player);
    return () => player.remove();
  }, [channel]);
  return <div class='preview-box' ref={box} />;
}
