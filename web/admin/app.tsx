/** Which page is shown. */
import { ChannelPage } from './channel/channel-page.tsx';
import { session } from './desk.ts';
import { route } from './navigation.ts';
import { AuditPage } from './pages/audit.tsx';
import { ChannelsPage } from './pages/channels.tsx';
import { NewChannelPage } from './pages/new-channel.tsx';
import { NowherePage } from './pages/nowhere.tsx';
import { ServerPage } from './pages/server.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { TeamPage } from './pages/team.tsx';
import { TenantsPage } from './pages/tenants.tsx';
import { TokensPage } from './pages/tokens.tsx';
import { WebhooksPage } from './pages/webhooks.tsx';
import { Shell } from './shell.tsx';
import { useEffect } from 'preact/hooks';
import { askWhoThisIs } from './me.ts';
import { Notices } from './ui/announce.tsx';

export function App() {
  const signedIn = session.signedIn.value;
  useEffect(() => {
    if (signedIn) void askWhoThisIs();
  }, [signedIn]);
  return (
    <>
      {signedIn ? <Shell>{pageOf()}</Shell> : <SignInPage />}
      <Notices />
    </>
  );
}

function pageOf() {
  const where = route.value;
  switch (where.page) {
    case 'channels':
      return <ChannelsPage />;
    case 'new-channel':
      return <NewChannelPage />;
    case 'channel':
      return <ChannelPage key={where.name} name={where.name} view={where.view} />;
    case 'tokens':
      return <TokensPage />;
    case 'tenants':
      return <TenantsPage />;
    case 'webhooks':
      return <WebhooksPage />;
    case 'team':
      return <TeamPage />;
    case 'server':
      return <ServerPage />;
    case 'audit':
      return <AuditPage />;
    case 'nowhere':
      return <NowherePage />;
  }
}
