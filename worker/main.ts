/** Entry of the edge: the Worker that answers requests, and the classes of its objects. */
import { app } from './app.ts';

export { Board } from './objects/board.ts';
export { Channel } from './objects/channel.ts';
export { Directory } from './objects/directory.ts';
export { Hooks } from './objects/hooks.ts';
export { Keys } from './objects/keys.ts';
export { LeaseDesk } from './objects/lease-desk.ts';
export { Media } from './objects/media.ts';
export { Replays } from './objects/replays.ts';
export { Report } from './objects/report.ts';
export { Swarm } from './objects/swarm.ts';
export { Viewer } from './objects/viewer.ts';

export default { fetch: app.fetch };
