/**
 * The network scheme `shoal:`: Shaka asks for a unit, and gets its pieces as they come.
 *
 * The last unit is still being cut when it is asked for; `streamDataCallback` appends what has come (Shaka looks for
 * whole boxes itself), and the operation ends with the unit.
 */
import { concatBytes } from '../../../protocol/bytes.ts';
import { resolveAddress } from './loads.ts';
import { type NetworkResponse, type SchemePlugin, shaka } from './shaka.ts';
import { readUnit } from './unit-reader.ts';

let registered = false;

/** Registers the scheme, once a page. */
export function registerScheme(): void {
  if (registered) return;
  registered = true;
  const { NetworkingEngine } = shaka.net;
  NetworkingEngine.registerScheme('shoal', fetchUnit, NetworkingEngine.PluginPriority.APPLICATION, true);
}

const fetchUnit: SchemePlugin = (address, request, _type, _progress, headersReceived) => {
  const abort = new AbortController();
  const respond = async (): Promise<NetworkResponse> => {
    headersReceived({});
    const found = resolveAddress(address);
    const timeline = found?.load.tracks.find((each) => each.track.track === found.track)?.timeline;
    const unit = timeline?.units.find((each) => each.segments[0] === found?.segment);
    const parts: Uint8Array[] = [];
    if (found && timeline && unit) {
      const read = readUnit(found.load.feed, timeline, unit, abort.signal);
      const opened = found.load.decryption?.open(timeline.track, unit.initSegment, read) ?? read;
      const captions = found.load.tracks[0]?.timeline === timeline ? found.load.captions : undefined;
      const { initSegment } = unit;
      captions?.begin(initSegment, found.load.feed.init(timeline.track, initSegment));
      for await (const bytes of opened) {
        if (abort.signal.aborted) break;
        captions?.push(bytes);
        parts.push(bytes);
        await request.streamDataCallback?.(bytes);
      }
    }
    if (abort.signal.aborted) throw aborted();
    return {
      uri: address,
      originalUri: address,
      originalRequest: request,
      // The whole, streamed or not: a fetch that was over before Shaka began to listen is appended from here.
      data: concatBytes(...parts),
      headers: {},
      // Peers and edge push at the stream's own pace: such a sample would tell the bandwidth estimate nothing.
      fromCache: true,
    };
  };
  return new shaka.util.AbortableOperation(respond(), () => {
    abort.abort();
    const found = resolveAddress(address);
    found?.load.tracks.forEach((each) => each.timeline.nudge());
    return Promise.resolve();
  });
};

function aborted(): Error {
  const { Error } = shaka.util;
  return new Error(
    Error.Severity.CRITICAL,
    Error.Category.PLAYER,
    Error.Code.OPERATION_ABORTED,
  ) as unknown as Error;
}
