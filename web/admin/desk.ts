/** The one session of this page and the API it speaks through. */
import { Api } from './api/client.ts';
import { Session } from './session.ts';

export const session: Session = new Session(sessionStorage);

export const api: Api = new Api({
  token: () => session.token,
  onUnauthorized: () => session.signOut('Your session is over: the edge no longer accepts its token.'),
});
