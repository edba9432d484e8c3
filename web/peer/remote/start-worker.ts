/** Starts the mesh in a worker, where the browser can hand a data channel over to one (Chromium, Safari). */
import { deviceOf, savesDataNow } from '../environment.ts';
import { pipeOf } from './pipe.ts';
import { type MeshWorker, RemoteViewer } from './remote-viewer.ts';
import type { RemoteViewerOptions, ViewerNews, ViewerRequest } from './viewer-messages.ts';

/** A worker that says nothing for so long is not waited for. */
const READY_MS = 4000;

/**
 * Whether a data channel can leave the page. Engines that can have it in their workers too, which a worker tells of
 * itself (mesh-worker.ts); only others are put to the test, which costs a connection.
 */
export function mayTransferChannels(): boolean {
  if (typeof Worker === 'undefined' || typeof RTCPeerConnection === 'undefined') return false;
  return navigator.userAgent.includes('AppleWebKit/') || canTransferChannels();
}

/** Firefox refuses with a DataCloneError. */
function canTransferChannels(): boolean {
  const connection = new RTCPeerConnection();
  const { port1, port2 } = new MessageChannel();
  try {
    const channel = connection.createDataChannel('');
    port1.postMessage(channel, [channel as unknown as Transferable]);
    return true;
  } catch {
    return false;
  } finally {
    port1.close();
    port2.close();
    connection.close();
  }
}

/**
 * A viewer that has been started: it joins as soon as its worker runs. Undefined where a worker cannot be had: the
 * page's rules forbid it, its file does not come, or it can take no data channel.
 */
export async function startRemoteViewer(
  options: Omit<RemoteViewerOptions, 'device' | 'savesData' | 'connects'>,
  workerUrl: string | URL,
): Promise<RemoteViewer | undefined> {
  const worker = earlyWorker() ?? makeWorker(String(workerUrl));
  if (!worker) return undefined;
  const ready = isReady(worker);
  const viewer = new RemoteViewer(
    meshWorkerOf(worker),
    () => {
      const next = makeWorker(String(workerUrl));
      return next && meshWorkerOf(next);
    },
    {
      ...options,
      device: deviceOf(navigator.userAgent),
      savesData: savesDataNow(),
      connects: true,
    },
    RTCPeerConnection,
  );
  // Waits there until the worker runs: no need to be told of it and to answer.
  viewer.start();
  if (await ready) return viewer;
  worker.terminate();
  return undefined;
}

function meshWorkerOf(worker: Worker): MeshWorker {
  return {
    pipe: pipeOf<ViewerRequest, ViewerNews>(worker),
    end: () => worker.terminate(),
    onFault: (listener) => {
      worker.addEventListener('error', listener);
      worker.addEventListener('messageerror', listener);
    },
  };
}

/** The one that the page started before this script had come (web/pages/choose.ts). */
function earlyWorker(): Worker | undefined {
  const page = globalThis as { shoalWorker?: Worker | undefined };
  const worker = page.shoalWorker;
  page.shoalWorker = undefined;
  return worker;
}

/** A script of another site may not be a worker, but a worker of ours may import it. */
function makeWorker(url: string): Worker | undefined {
  try {
    if (new URL(url).origin === location.origin) return new Worker(url, { type: 'module', name: 'shoal' });
    const blob = new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' });
    return new Worker(URL.createObjectURL(blob), { type: 'module', name: 'shoal' });
  } catch {
    return undefined;
  }
}

function isReady(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), READY_MS);
    const settle = (ready: boolean) => {
      clearTimeout(timer);
      resolve(ready);
    };
    // Its first word, in answer to ours, is that it is ready, or never will be.
    const first = ({ data }: MessageEvent<ViewerNews>) => settle(data.type === 'ready');
    worker.addEventListener('message', first, { once: true });
    worker.addEventListener('error', () => settle(false), { once: true });
  });
}
