// A React app (19 or later) with the element from the npm package. React sets properties and events of custom elements by itself.
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'shoal-player';

const query = new URLSearchParams(location.search);

function App() {
  const player = useRef(null);
  const [state, setState] = useState('loading');
  const [stats, setStats] = useState();
  return (
    <main>
      <h1>React</h1>
      <shoal-player
        ref={player}
        edge-url={query.get('edge') ?? 'http://localhost:8787'}
        channel={query.get('channel') ?? 'demo'}
        autoplay
        muted
        onshoal-state={(event) => setState(event.detail.state)}
        onshoal-stats={(event) => setStats(event.detail)}
      />
      <p id='state'>{state}</p>
      {stats && (
        <p>{Math.round(stats.peerBytes / 1000)} kB from peers, {stats.latencySeconds.toFixed(1)} s behind</p>
      )}
      <button type='button' onClick={() => player.current.jumpToLive()}>Go to live</button>
    </main>
  );
}

createRoot(document.getElementById('root')).render(<App />);
