import assert from 'node:assert/strict';
import type { MeshViewer, MeshViewerOptions } from './api.ts';
import { FakeClock, fakeEnvironment } from './testing/fake-environment.ts';
import { Viewer } from './viewer.ts';

Deno.test('the class is what its published types say', () => {
  const environment = fakeEnvironment(new FakeClock());
  const options = {
    edgeUrl: 'https://edge.example',
    channel: 'demo',
    p2p: 'off',
    uploadKbps: 10,
    environment,
  } satisfies MeshViewerOptions;
  // The type checker does the work: a member that changed its shape does not fit here any more.
  const viewer: MeshViewer = new Viewer(options);
  const undo = viewer.on('piece', ({ record, source }) => [record.index, source]);
  undo();
  assert.deepEqual([viewer.state, viewer.tracks, viewer.stats().peers], ['joining', [], 0]);
});
