/** A viewer of P2P Media Loader with Shaka. Query: playlist, tracker (both paths on this host), tuned. */
import bundled from 'shaka-player';
import { ShakaP2PEngine } from 'p2p-media-loader-shaka';

/** The build is CommonJS, its typings say `export default`: bundled, the default import is Shaka itself. */
const shaka = bundled as unknown as typeof bundled.default;

const query = new URLSearchParams(location.search);
const tuned = query.has('tuned');
ShakaP2PEngine.registerPlugins(shaka);
const engine = new ShakaP2PEngine({
  core: {
    announceTrackers: [`ws://${location.host}${query.get('tracker')}`],
    rtcConfig: { iceServers: [] },
    swarmId: 'bench',
    ...(tuned ? { highDemandTimeWindow: 3, httpDownloadTimeWindow: 6, p2pDownloadTimeWindow: 20 } : {}),
  },
}, shaka);
const player = new shaka.Player();
await player.attach(document.querySelector('video')!);
engine.bindShakaPlayer(player);
// Binding sets a delay of 25 s: what is set before it is lost.
if (tuned) player.configure({ manifest: { defaultPresentationDelay: 6 }, streaming: { bufferingGoal: 6 } });
await player.load(new URL(query.get('playlist')!, location.href).href);
