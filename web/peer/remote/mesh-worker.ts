/** The worker in which a page's viewer lives: joining, signaling, the mesh, checking, passing on. */
import { pipeOf } from './pipe.ts';
import { hostViewer } from './viewer-host.ts';

hostViewer(pipeOf(globalThis as unknown as Parameters<typeof pipeOf>[0]));
