/** The worker in which a page's viewer lives: joining, signaling, the mesh, checking, passing on. */
import { pipeOf } from './pipe.ts';
import { hostViewer } from './viewer-host.ts';
import type { ViewerNews, ViewerRequest } from './viewer-messages.ts';

const toPage = pipeOf<ViewerNews, ViewerRequest>(globalThis as unknown as Parameters<typeof pipeOf>[0]);

if (typeof RTCDataChannel === 'undefined') toPage.receive(() => toPage.post({ type: 'unable' }));
else hostViewer(toPage);
