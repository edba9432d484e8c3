/** What stands around every page: where one can go, and whether figures arrive. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Role } from '../../protocol/claims.ts';
import { session } from './desk.ts';
import { live } from './live/live.ts';
import { may, whoThisIs } from './me.ts';
import { route } from './navigation.ts';
import type { PageName } from './route.ts';
import { Brand } from './ui/brand.tsx';
import { Away, LinkState } from './ui/link-state.tsx';

interface Place {
  page: PageName | 'channels';
  path: string;
  name: string;
  /** Who may see it. */
  role: Role;
  /** Whether a tenant has anything to see there. */
  tenants?: true;
}

const PLACES: Place[] = [
  { page: 'channels', path: '/admin', name: 'Channels', role: 'reports', tenants: true },
  { page: 'tokens', path: '/admin/tokens', name: 'Playback tokens', role: 'operator' },
  { page: 'tenants', path: '/admin/tenants', name: 'Tenants and leases', role: 'reports', tenants: true },
  { page: 'webhooks', path: '/admin/webhooks', name: 'Webhooks', role: 'owner' },
  { page: 'team', path: '/admin/team', name: 'Team', role: 'owner' },
  { page: 'server', path: '/admin/server', name: 'Server', role: 'owner' },
  { page: 'audit', path: '/admin/audit', name: 'Audit log', role: 'owner' },
];

export function Shell({ children }: { children: ComponentChildren }) {
  const unfolded = useSignal(false);
  const here = route.value.page;
  useEffect(() => live.open(), []);
  useEffect(() => {
    unfolded.value = false;
  }, [route.value]);
  return (
    <div class='shell'>
      <a class='skip' href='#main'>Skip to the page</a>
      <header class={`side${unfolded.value ? ' unfolded' : ''}`}>
        <Brand href='/admin' />
        <button
          type='button'
          class='button plain menu-button'
          aria-expanded={unfolded.value}
          aria-controls='places'
          onClick={() => unfolded.value = !unfolded.value}
        >
          {unfolded.value ? 'Close' : 'Menu'}
        </button>
        <nav class='nav' id='places' aria-label='Dashboard'>
          {PLACES.filter(isOpen).map(({ page, path, name }) => (
            <a key={page} href={path} aria-current={isAt(here, page) ? 'page' : undefined}>{name}</a>
          ))}
        </nav>
        <div class='side-end'>
          <LinkState />
          <nav class='nav' aria-label='More'>
            <a href='/docs' target='_blank' rel='noopener'>API reference</a>
            <button type='button' onClick={() => session.signOut()}>Sign out</button>
          </nav>
        </div>
      </header>
      <main class='main' id='main' tabIndex={-1}>
        <Away />
        {children}
      </main>
    </div>
  );
}

function isOpen({ role, tenants }: Place): boolean {
  return may(role) && (tenants === true || whoThisIs()?.tenant === undefined);
}

function isAt(here: string, page: string): boolean {
  return here === page || (page === 'channels' && (here === 'channel' || here === 'new-channel'));
}
