/** The dashboard: channels, viewers, reports, tokens, tenants, webhooks and the audit log, for whoever may see them. */
import { render } from 'preact';
import { App } from './app.tsx';
import { session } from './desk.ts';
import { followLinks } from './navigation.ts';
import { tokenInFragment } from './session.ts';

const token = tokenInFragment(location.hash);
if (token) {
  history.replaceState(null, '', location.pathname);
  session.signIn(token);
}
followLinks();
render(<App />, document.getElementById('app')!);
