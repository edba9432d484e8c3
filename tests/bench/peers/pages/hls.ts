/** A viewer of P2P Media Loader with hls.js. Query: playlist, tracker (both paths on this host), tuned. */
import Hls from 'hls.js';
import { HlsJsP2PEngine } from 'p2p-media-loader-hlsjs';

const query = new URLSearchParams(location.search);
const tuned = query.has('tuned');
const core = {
  announceTrackers: [`ws://${location.host}${query.get('tracker')}`],
  rtcConfig: { iceServers: [] },
  swarmId: 'bench',
  ...(tuned ? { highDemandTimeWindow: 3, httpDownloadTimeWindow: 6, p2pDownloadTimeWindow: 20 } : {}),
};
const HlsWithPeers = HlsJsP2PEngine.injectMixin(Hls);
const hls = new HlsWithPeers({
  ...(tuned ? { liveSyncDurationCount: 5, maxBufferLength: 10 } : {}),
  p2p: { core },
});
hls.attachMedia(document.querySelector('video')!);
hls.loadSource(new URL(query.get('playlist')!, location.href).href);
