/** A viewer that will not hear that it was sent away: its socket keeps everything from the `kicked` message on. */
import { headlessEnvironment } from '../../web/antenna/headless-environment.ts';
import type { PeerEnvironment } from '../../web/peer/environment.ts';

export interface Defiance {
  environment: PeerEnvironment;
  /** Whether the edge has said `kicked` by now. */
  wasKicked(): boolean;
}

export function defiance(): Defiance {
  let kicked = false;
  const environment = headlessEnvironment();
  class DeafSocket extends WebSocket {
    override set onmessage(hear: ((event: MessageEvent) => void) | null) {
      super.onmessage = hear && ((event) => {
        if (String(event.data).includes('"kicked"')) kicked = true;
        if (!kicked) hear(event);
      });
    }
    override set onclose(hear: ((event: CloseEvent) => void) | null) {
      super.onclose = hear && ((event) => {
        if (!kicked) hear(event);
      });
    }
  }
  environment.WebSocket = DeafSocket as unknown as PeerEnvironment['WebSocket'];
  return { environment, wasKicked: () => kicked };
}
