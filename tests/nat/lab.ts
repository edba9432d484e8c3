/**
 * A small internet in network namespaces: a public segment, LANs behind routers that translate or block, and hosts in
 * them. Needs root. Everything it makes bears a name of its own run, and goes with `remove()`; what a process that was
 * killed left behind goes when the next laboratory begins.
 *
 * Linux's MASQUERADE keeps a socket's port for every destination where it can (a cone to STUN; a port-restricted one
 * to strangers); with `--random-fully` each destination gets another port (symmetric).
 */
import { run } from '../../scripts/process.ts';
import { isAlive } from '../process-tree.ts';

/** cone and symmetric: NAT. blocked: a cone whose firewall lets no UDP pass. */
export type RouterKind = 'cone' | 'symmetric' | 'blocked';

/** A network namespace with one interface. */
export interface Host {
  namespace: string;
  /** Its own address. */
  address: string;
}

export interface Lan {
  hosts: Host[];
  /** What the world sees. */
  address: string;
  /** Bytes that came in from the public segment, and went out to it, so far. */
  traffic(): Promise<{ inBytes: number; outBytes: number }>;
}

const PUBLIC = '203.0.113';
/** Every LAN has the same private addresses, as homes do. */
const PRIVATE = '192.168.1';

/** Laboratories of this process so far. */
let labs = 0;

export class Lab {
  readonly #run = `${Deno.pid}.${labs++}`;
  readonly #namespaces: string[] = [];
  #lans = 0;
  #open = 0;
  #links = 0;

  /** The public segment's own host: servers listen here, on two addresses. */
  readonly addresses: [string, string] = [`${PUBLIC}.1`, `${PUBLIC}.2`];
  readonly servers: Host = { namespace: this.#name('pub'), address: this.addresses[0] };

  async begin(): Promise<void> {
    await removeOrphans();
    const { namespace } = this.servers;
    await this.#add(namespace);
    await within(namespace, 'ip', 'link', 'add', 'br0', 'type', 'bridge');
    for (const address of this.addresses) {
      await within(namespace, 'ip', 'addr', 'add', `${address}/24`, 'dev', 'br0');
    }
    await within(namespace, 'ip', 'link', 'set', 'br0', 'up');
    // To a private address there is a way that leads nowhere, as on the internet; an error would end coturn's session.
    await within(namespace, 'ip', 'link', 'add', 'void', 'type', 'bridge');
    await within(namespace, 'ip', 'link', 'set', 'void', 'arp', 'off', 'up');
    await within(namespace, 'ip', 'route', 'add', 'default', 'dev', 'void');
  }

  /**
   * A host with a public address and nothing in between.
   *
   * @param downKbps What its line brings it at most; what waits in front of it waits up to half a second, then is lost.
   */
  async open(downKbps?: number): Promise<Host> {
    const namespace = this.#name(`o${this.#open}`);
    const address = `${PUBLIC}.${100 + this.#open++}`;
    await this.#add(namespace);
    const port = await this.#plug(namespace, 'eth0', address, this.servers.namespace, 'br0');
    // Browsers offer the address that leads to the world, and no other.
    await within(namespace, 'ip', 'route', 'add', 'default', 'via', this.addresses[0]);
    if (downKbps !== undefined) {
      const rate = `${downKbps}kbit`;
      await within(
        this.servers.namespace,
        ...[
          'tc',
          'qdisc',
          'add',
          'dev',
          port,
          'root',
          'tbf',
          'rate',
          rate,
          'burst',
          '16kb',
          'latency',
          '500ms',
        ],
      );
    }
    return { namespace, address };
  }

  async lan(kind: RouterKind, hosts: number): Promise<Lan> {
    const router = this.#name(`r${this.#lans}`);
    const address = `${PUBLIC}.${10 + this.#lans}`;
    await this.#add(router);
    await this.#plug(router, 'wan', address, this.servers.namespace, 'br0');
    await within(router, 'ip', 'link', 'add', 'lan', 'type', 'bridge');
    await within(router, 'ip', 'addr', 'add', `${PRIVATE}.1/24`, 'dev', 'lan');
    await within(router, 'ip', 'link', 'set', 'lan', 'up');
    await within(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    const random = kind === 'symmetric' ? ['--random-fully'] : [];
    await within(
      router,
      'iptables',
      '-t',
      'nat',
      '-A',
      'POSTROUTING',
      '-o',
      'wan',
      '-j',
      'MASQUERADE',
      ...random,
    );
    // What comes unasked is dropped without a word. Answered, it would take the port of the hole that is being punched.
    await within(router, 'iptables', '-A', 'INPUT', '-i', 'wan', '-j', 'DROP');
    if (kind === 'blocked') await within(router, 'iptables', '-A', 'FORWARD', '-p', 'udp', '-j', 'DROP');
    const made: Host[] = [];
    for (let i = 0; i < hosts; i++) {
      const namespace = this.#name(`h${this.#lans}x${i}`);
      const own = `${PRIVATE}.${10 + i}`;
      await this.#add(namespace);
      await this.#plug(namespace, 'eth0', own, router, 'lan');
      await within(namespace, 'ip', 'route', 'add', 'default', 'via', `${PRIVATE}.1`);
      made.push({ namespace, address: own });
    }
    this.#lans++;
    const counter = async (name: string) =>
      Number(await within(router, 'cat', `/sys/class/net/wan/statistics/${name}`));
    const traffic = async () => ({ inBytes: await counter('rx_bytes'), outBytes: await counter('tx_bytes') });
    return { hosts: made, address, traffic };
  }

  /** Takes all of it down; to be called whatever happened. Processes within are to be gone. */
  async remove(): Promise<void> {
    for (const namespace of this.#namespaces.splice(0).reverse()) {
      await run(['ip', 'netns', 'del', namespace]);
    }
  }

  async #add(namespace: string): Promise<void> {
    this.#namespaces.push(namespace);
    await must('ip', 'netns', 'add', namespace);
    await within(namespace, 'ip', 'link', 'set', 'lo', 'up');
  }

  /** A cable from an interface of one namespace to a bridge in another; answers the name of its end there. */
  async #plug(namespace: string, name: string, address: string, to: string, bridge: string): Promise<string> {
    const port = `p${this.#links++}`;
    await within(
      namespace,
      ...['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', port, 'netns', to],
    );
    await within(to, 'ip', 'link', 'set', port, 'master', bridge, 'up');
    await within(namespace, 'ip', 'addr', 'add', `${address}/24`, 'dev', name);
    await within(namespace, 'ip', 'link', 'set', name, 'up');
    return port;
  }

  #name(part: string): string {
    return `shoal-${this.#run}-${part}`;
  }
}

/** Takes down what processes made that are gone. */
async function removeOrphans(): Promise<void> {
  for (const [name, pid] of (await must('ip', 'netns', 'list')).matchAll(/^shoal-(\d+)\.\S+/gm)) {
    // Another one's `remove()` may be under way.
    if (!isAlive(Number(pid))) await run(['ip', 'netns', 'del', name]);
  }
}

/** A command within a namespace, for Deno.Command. */
export function inside(namespace: string, ...argv: string[]): { program: string; args: string[] } {
  return { program: 'ip', args: ['netns', 'exec', namespace, ...argv] };
}

async function within(namespace: string, ...argv: string[]): Promise<string> {
  return await must('ip', 'netns', 'exec', namespace, ...argv);
}

async function must(...argv: string[]): Promise<string> {
  const { success, output } = await run(argv);
  if (!success) throw new Error(`${argv.join(' ')}: ${output.trim()}`);
  return output;
}
