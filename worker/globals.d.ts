/** Globals of workerd that Deno's checker keeps from npm type packages, since Node has some of the same name. */
declare const crypto: Crypto;
declare const console: Record<'debug' | 'info' | 'log' | 'warn' | 'error', (...data: unknown[]) => void>;

/** What `cloudflare:workers` and `cloudflare:test` know of this Worker. */
declare namespace Cloudflare {
  interface Env extends Omit<import('./env.ts').Env, never> {}
  interface GlobalProps {
    mainModule: typeof import('./main.ts');
    durableNamespaces:
      | 'Board'
      | 'Channel'
      | 'Directory'
      | 'Media'
      | 'Report'
      | 'Swarm'
      | 'LeaseDesk'
      | 'Hooks'
      | 'Keys';
  }
}
