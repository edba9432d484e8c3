/** The one session of this page and the API it speaks through. */
import { type Api, apiClient } from './api/client.ts';
import { Session } from './session.ts';

export const session: Session = new Session(sessionStorage);

export const api: Api = apiClient({
  token: () => session.token,
  onUnauthorized: () => session.signOut('Your session is over: the edge no longer accepts its token.'),
});
