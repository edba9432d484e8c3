import assert from 'node:assert/strict';
import { toHex } from '../../protocol/bytes.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { packIndex, segmentOf } from '../../protocol/piece-index.ts';
import type { Message } from './message.ts';
import type { MeshEvent } from './seams.ts';
import { fakeSign } from './testing/fake-crypto.ts';
import { sourceHash } from './testing/source.ts';
import { allFeeds, type PeerSettings, Swarm, SwarmPeer } from './testing/swarm.ts';

/** The seed of the test that runs. */
let seed = 3;

/** Luck of one seed decides nothing: at each, every random choice of everybody is another one. */
function atSeeds(name: string, test: () => void, seeds = [1, 2, 3]): void {
  for (const one of seeds) {
    Deno.test(`${name}, seed ${one}`, () => {
      seed = one;
      test();
    });
  }
}

/** Ten honest peers, and one attacker that offers the best place in the swarm: the most upload, a feed of all. */
function besieged(
  outgoing: (message: Message, to: string) => Message | undefined,
  settings: Partial<PeerSettings> = {},
  its: Partial<PeerSettings> = {},
): { swarm: Swarm; attacker: SwarmPeer; honest: SwarmPeer[] } {
  const swarm = new Swarm(seed);
  const honest = Array.from({ length: 10 }, () => swarm.add({ uploadKbps: 3000, ...settings }));
  honest[0]!.feed(allFeeds(swarm.source));
  swarm.linkAtRandom(4);
  const attacker = swarm.add({ uploadKbps: 20_000, ...settings, ...its });
  attacker.feed(allFeeds(swarm.source));
  attacker.outgoing = outgoing;
  for (const peer of honest) swarm.link(peer, attacker);
  return { swarm, attacker, honest };
}

type Offence = Extract<MeshEvent, { type: 'offence' }>;

/** What can be proved. */
function offences(peers: SwarmPeer[]): Offence[] {
  return peers.flatMap((peer) => peer.events.filter((event): event is Offence => event.type === 'offence'))
    .filter(({ why }) => why !== 'gives-nothing');
}

/** Why the last link was lost. */
function unlinked(peer: SwarmPeer): string {
  const event = peer.events.findLast((event) => event.type === 'unlinked');
  return event?.type === 'unlinked' ? event.reason : '';
}

/** Everybody got everything but `mostLate` pieces in time, and nobody but the attacker lost a link for a reason. */
function assertUnharmed(
  swarm: Swarm,
  honest: SwarmPeer[],
  attacker: SwarmPeer,
  fromMs = 4000,
  mostLate = 0,
): void {
  for (const peer of honest) {
    const late = swarm.late(peer, fromMs, swarm.clock.now - 3000, 2500);
    assert.ok(late.length <= mostLate, `late: ${late}`);
    for (const [index, frame] of swarm.source.frames) {
      const held = peer.mesh.piece(index);
      if (held !== undefined) assert.deepEqual(held.signed, frame.signed);
      if (held !== undefined) assert.deepEqual(sourceHash(held.bytes), frame.record.hash);
    }
    for (const event of peer.events) {
      if (event.type === 'unlinked') assert.equal(event.peerId, attacker.peerId, event.reason);
    }
  }
  for (const offence of offences(honest)) {
    assert.deepEqual([offence.peerId, offence.identity], [attacker.peerId, attacker.identity]);
  }
}

function assertCutOff(honest: SwarmPeer[], attacker: SwarmPeer, why: Offence['why']): void {
  assert.deepEqual(new Set(offences(honest).map((offence) => offence.why)), new Set([why]));
  for (const peer of honest) assert.equal(peer.links.get(attacker.peerId)?.isOpen ?? false, false);
}

/** Those who ended their link to a peer because it gives nothing. */
function letGo(
  honest: SwarmPeer[],
  { peerId }: SwarmPeer,
  reasons = ['silent', 'gives-nothing'],
): number {
  return honest.filter((peer) =>
    peer.events.some((event) =>
      event.type === 'unlinked' && event.peerId === peerId && reasons.includes(event.reason)
    )
  ).length;
}

/** Of what this peer pushes and answers, one piece in so many is lost: others have to be asked. */
function losesOneIn(count: number, peer: SwarmPeer): void {
  let sent = 0;
  peer.outgoing = (message) => message.type === 'piece' && ++sent % count === 0 ? undefined : message;
}

/** A peer that says it holds everything and has upload to spare, and gives nothing. */
function rejectsAll(message: Message): Message {
  if (message.type === 'piece') return { type: 'reject', index: message.frame.record.index };
  if (message.type === 'subscribed') return { ...message, accepted: false };
  return message;
}

function forge(frame: PieceFrame, sign: boolean): PieceFrame {
  const bytes = frame.bytes.slice();
  bytes[9] = 0xff;
  if (!sign) return { ...frame, bytes };
  const record = { ...frame.record, hash: sourceHash(bytes) };
  const signed = frame.signed.slice();
  signed.set(record.hash, 22);
  return { record, signed, bytes };
}

atSeeds('a peer that sends a poisoned piece is cut off and its pieces come from elsewhere', () => {
  const { swarm, attacker, honest } = besieged((message) =>
    message.type === 'piece' ? { type: 'piece', frame: forge(message.frame, false) } : message
  );
  swarm.run(15);
  assertUnharmed(swarm, honest, attacker);
  assertCutOff(honest.filter((peer) => offences([peer]).length > 0), attacker, 'bad-piece');
  assert.ok(offences(honest).length > 3);
});

atSeeds('one poisoned piece among many good ones is enough', () => {
  let sent = 0;
  const { swarm, attacker, honest } = besieged((message) =>
    message.type === 'piece' && ++sent === 200
      ? { type: 'piece', frame: forge(message.frame, false) }
      : message
  );
  swarm.run(15);
  assertUnharmed(swarm, honest, attacker);
  assert.equal(offences(honest).length, 1);
});

atSeeds('a peer that forges a record is cut off', () => {
  const { swarm, attacker, honest } = besieged((message) =>
    message.type === 'piece' ? { type: 'piece', frame: forge(message.frame, true) } : message
  );
  swarm.run(15);
  assertUnharmed(swarm, honest, attacker);
  assertCutOff(honest.filter((peer) => offences([peer]).length > 0), attacker, 'bad-record');
});

atSeeds('a piece that is shorter or longer than its record says is poisoned', () => {
  const { swarm, attacker, honest } = besieged((message) =>
    message.type === 'piece'
      ? { type: 'piece', frame: { ...message.frame, bytes: message.frame.bytes.slice(1) } }
      : message
  );
  swarm.run(12);
  assertUnharmed(swarm, honest, attacker);
  assert.ok(offences(honest).every((offence) => offence.why === 'bad-piece'));
});

atSeeds('pieces from before the window are refused, and who keeps replaying them is cut off', () => {
  const options = { windowMs: 4000 };
  const { swarm, attacker, honest } = besieged((message) => message, { options });
  swarm.run(14);
  const old = [...swarm.source.frames.values()].filter((frame) => segmentOf(frame.record.index) === 1);
  const refused = honest[5]!;
  const before = new Map(refused.arrivals);
  for (const frame of old) refused.mesh.receive(attacker.peerId, { type: 'piece', frame });
  assert.deepEqual(refused.arrivals, before);
  assertCutOff([refused], attacker, 'flood');
  swarm.run(5);
  assertUnharmed(swarm, honest, attacker);
});

atSeeds(
  'a second record of an index is refused even when it is signed, and nobody is blamed who passes on',
  () => {
    const { swarm, attacker, honest } = besieged((message) => message);
    swarm.run(10);
    for (const peer of honest) {
      const [index] = [...peer.arrivals.keys()].slice(-20);
      const first = peer.mesh.piece(index!)!;
      const frame = swarm.source.make({ ...first.record }, 1);
      assert.notDeepEqual(frame.signed, first.signed);
      peer.mesh.receive(attacker.peerId, { type: 'piece', frame });
      assert.equal(peer.mesh.piece(index!), first);
    }
    swarm.run(5);
    assertUnharmed(swarm, honest, attacker);
    assert.deepEqual(offences(honest), []);
  },
);

Deno.test('a peer whose ticket is over is not linked, and when it runs out later it is dropped', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const peer = swarm.add();
  swarm.run(100);
  class Late extends SwarmPeer {
    override outgoing(message: Message): Message {
      if (message.type !== 'hello') return message;
      return { ...message, ticket: swarm.issueTicket(this.key, this.key.slice(0, 8), -60) };
    }
  }
  const late = swarm.add({}, Late);
  swarm.link(peer, late);
  swarm.run(2);
  assert.equal(peer.mesh.stats().links, 0);
  assert.match(unlinked(peer), /expiresS is over/);
  const good = swarm.add();
  swarm.link(peer, good);
  swarm.run(300);
  for (const one of [peer, good]) one.mesh.renewTicket(swarm.issueTicket(one.key, one.key.slice(0, 8), 600));
  swarm.run(400);
  assert.equal(peer.mesh.stats().links, 1);
  swarm.run(300);
  assert.equal(peer.mesh.stats().links, 0);
});

Deno.test('a borrowed ticket is of no use, and its owner is not blamed for the thief', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [peer, owner] = [swarm.add(), swarm.add()];
  class Thief extends SwarmPeer {
    override peerId = owner!.peerId;
    override outgoing(message: Message): Message {
      return message.type === 'hello' ? { ...message, ticket: owner!.ticket } : message;
    }
    override sign(message: Uint8Array): Uint8Array {
      return fakeSign(this.key, message);
    }
  }
  const thief = swarm.add({}, Thief);
  swarm.link(peer!, thief);
  swarm.run(2);
  assert.equal(peer!.mesh.stats().links, 0);
  assert.deepEqual(offences([peer!]), []);
  assert.match(unlinked(peer!), /proof does not fit/);
  peer!.links.clear();
  swarm.link(peer!, owner!);
  swarm.run(2);
  assert.equal(peer!.mesh.stats().links, 1);
});

Deno.test('a ticket under another peer id is refused', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const peer = swarm.add();
  class Renamed extends SwarmPeer {
    override peerId = '-SH0001-abcdefghijkl';
  }
  swarm.link(peer, swarm.add({}, Renamed));
  swarm.run(2);
  assert.equal(peer.mesh.stats().links, 0);
  assert.match(unlinked(peer), /does not belong to this peer id/);
});

Deno.test('nothing is read before the handshake is done', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const peer = swarm.add();
  peer.feed(allFeeds(swarm.source));
  swarm.run(3);
  class Rude extends SwarmPeer {
    override outgoing(message: Message): Message | undefined {
      return message.type === 'hello' ? { type: 'request', index: packIndex(0, 0, 0) } : undefined;
    }
  }
  const rude = swarm.add({}, Rude);
  swarm.link(peer, rude);
  swarm.run(1);
  assert.equal(peer.mesh.stats().uploadBytes, 0);
  assert.equal(peer.mesh.stats().links, 0);
});

Deno.test('a peer that never finishes the handshake is let go', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const peer = swarm.add();
  const mute = swarm.add();
  mute.outgoing = () => undefined;
  swarm.link(peer, mute);
  swarm.run(8);
  assert.equal(unlinked(peer), 'handshake late');
});

atSeeds('a peer that says it holds what it will not give costs nobody a piece, and nobody is charged', () => {
  const { swarm, attacker, honest } = besieged(rejectsAll);
  swarm.run(40);
  assertUnharmed(swarm, honest, attacker);
  assert.deepEqual(offences(honest), []);
});

atSeeds('who asked in vain for what a peer claims lets it go, and takes it back only after a while', () => {
  const options = { tuning: { awayMs: 60_000 } };
  const { swarm, attacker, honest } = besieged(rejectsAll, { options });
  swarm.introduces = false;
  losesOneIn(4, honest[0]!);
  const victim = honest[5]!;
  const isTakenBack = () => {
    victim.links.delete(attacker.peerId);
    attacker.links.delete(victim.peerId);
    swarm.link(victim, attacker);
    swarm.run(2);
    return victim.links.get(attacker.peerId)!.isOpen;
  };
  for (let s = 0; s < 200 && letGo([victim], attacker) === 0; s++) swarm.run(1);
  assert.equal(letGo([victim], attacker), 1);
  assert.equal(isTakenBack(), false);
  swarm.run(60);
  // Who needs little from others asks seldom, and is late to find out.
  for (let s = 0; s < 300 && letGo(honest.slice(1), attacker) < 9; s++) swarm.run(1);
  // The seed loses one piece in four and there is no edge: of well over a thousand a few come late.
  assertUnharmed(swarm, honest, attacker, 8000, 3);
  assert.equal(letGo(honest.slice(1), attacker), 9);
  assert.deepEqual(offences(honest), []);
  // The edge hears of it.
  const { peerId, identity } = attacker;
  assert.deepEqual(
    victim.events.find((event) => event.type === 'offence'),
    { type: 'offence', peerId, identity, why: 'gives-nothing' },
  );
  assert.equal(isTakenBack(), true);
}, [1, 3, 5, 7, 12, 31]);

const busy: Record<string, { settings: Partial<PeerSettings>; outgoing?: SwarmPeer['outgoing'] }> = {
  'whose upload is spent': { settings: { uploadKbps: 500 } },
  'whose uplink carries less than it thinks': { settings: { uploadKbps: 3000, uplinkKbps: 900 } },
  'that loses every second piece': {
    settings: { uploadKbps: 20_000 },
    outgoing: (message) =>
      message.type === 'piece' && message.frame.record.hash[0]! % 2 === 0 ? undefined : message,
  },
};
for (const [name, { settings, outgoing }] of Object.entries(busy)) {
  atSeeds(`an honest peer ${name} keeps its links`, () => {
    const { swarm, attacker: peer, honest } = besieged(outgoing ?? ((message) => message), {}, settings);
    losesOneIn(8, honest[0]!);
    let refused = 0;
    const { receive } = peer;
    peer.receive = (from, message) => {
      if (message.type === 'request' || message.type === 'cancel') refused++;
      receive.call(peer, from, message);
    };
    swarm.run(60);
    assert.ok(refused > 20, `${refused}`);
    assert.equal(letGo(honest, peer), 0);
  }, [3, 6, 14, 15]);
}

atSeeds(
  'a peer that claims pieces that do not exist is asked in vain for a while, and then not any more',
  () => {
    let asked = 0;
    const { swarm, attacker, honest } = besieged((message) => {
      if (message.type === 'piece') return undefined;
      if (message.type === 'subscribed') return { ...message, accepted: false };
      if (message.type !== 'state') return message;
      const newest = Math.floor(message.clockMs / 2000);
      const bits = new Uint8Array(1 + 4 * 31).fill(0xff);
      bits[0] = 0;
      for (let i = 0; i < 4; i++) bits[1 + i * 31] = 240;
      const tracks = [0, 1].map((track) => ({
        track,
        base: packIndex(newest, track, 0),
        bits,
        lags: new Uint8Array(8),
      }));
      return { ...message, spareKbps: 100_000, tracks };
    });
    const { receive } = attacker;
    attacker.receive = (from, message) => {
      if (message.type === 'request') asked++;
      receive.call(attacker, from, message);
    };
    losesOneIn(8, honest[0]!);
    swarm.run(40);
    assertUnharmed(swarm, honest, attacker, 8000);
    assert.deepEqual(offences(honest), []);
    const then = asked;
    swarm.run(10);
    assert.ok(asked - then < then / 8, `${asked - then} after ${then}`);
    assert.equal(letGo(honest.slice(1), attacker), 9);
  },
  [1, 2, 3, 4, 6],
);

atSeeds(
  'a parent that takes subscriptions and pushes nothing is left for another, and let go in the end',
  () => {
    const { swarm, attacker, honest } = besieged((message) => {
      if (message.type === 'piece') return undefined;
      if (message.type !== 'state') return message;
      return {
        ...message,
        tracks: message.tracks.map((track) => ({ ...track, lags: track.lags.map(() => 0) })),
      };
    });
    swarm.run(30);
    assertUnharmed(swarm, honest, attacker, 8000);
    assert.deepEqual(offences(honest), []);
    for (const peer of honest.slice(1)) assert.equal(peer.mesh.stats().parented, 8);
    assert.ok(letGo(honest, attacker) > 0);
  },
  [1, 3, 4, 12],
);

atSeeds(
  'a peer that says nothing any more is left by those it fed, asked for nothing, and its links end',
  () => {
    let isMute = false;
    const { swarm, attacker, honest } = besieged((message) => isMute ? undefined : message);
    losesOneIn(8, honest[0]!);
    swarm.run(8);
    isMute = true;
    swarm.run(40);
    assertUnharmed(swarm, honest, attacker);
    assert.equal(letGo(honest, attacker), 10);
    assert.deepEqual(offences(honest), []);
  },
  [1, 2, 3, 6, 7],
);

atSeeds('a peer that floods is cut off', () => {
  const { swarm, attacker, honest } = besieged((message) => message);
  swarm.run(5);
  const victim = honest[4]!;
  for (let i = 0; i < 2000; i++) victim.mesh.receive(attacker.peerId, { type: 'request', index: i });
  assertCutOff([victim], attacker, 'flood');
  swarm.run(8);
  assertUnharmed(swarm, honest, attacker);
});

// At seeds 1 and 8 it goes undetected unless what a parent repeats is counted.
atSeeds('a peer that pushes the same pieces again and again is cut off', () => {
  const { swarm, attacker, honest } = besieged((message) => message);
  swarm.run(5);
  const victim = honest[4]!;
  // One piece of each lane: a lane that the attacker feeds may bring what came another way meanwhile.
  const frames = [...victim.arrivals.keys()].slice(-8).map((index) => victim.mesh.piece(index)!);
  for (let i = 0; i < 200; i++) {
    victim.mesh.receive(attacker.peerId, { type: 'piece', frame: frames[i % frames.length]! });
  }
  assert.equal(victim.links.get(attacker.peerId)!.isOpen, false);
  swarm.run(8);
  assertUnharmed(swarm, honest, attacker);
}, [1, 3, 8]);

Deno.test("a peer whose bytes break the wire's rules is cut off and named to the edge", () => {
  const { swarm, attacker, honest } = besieged((message) => message);
  swarm.run(5);
  honest[4]!.mesh.misbehaved(attacker.peerId);
  assertCutOff([honest[4]!], attacker, 'protocol');
  swarm.run(8);
  assertUnharmed(swarm, honest, attacker);
});

atSeeds('a relayed payload that is too long goes nowhere', () => {
  const { swarm, attacker, honest } = besieged((message) => message);
  swarm.run(3);
  const [via, to] = [honest[1]!, honest[2]!];
  const payload = 'x'.repeat(30_000);
  via.mesh.receive(attacker.peerId, { type: 'relay', to: to.peerId, from: attacker.peerId, payload });
  swarm.run(1);
  assert.deepEqual(to.events.filter((event) => event.type === 'signal'), []);
});

atSeeds('who was cut off is not taken back, under another connection either', () => {
  const { swarm, attacker, honest } = besieged((message) => message);
  swarm.run(3);
  const victim = honest[4]!;
  victim.mesh.misbehaved(attacker.peerId);
  swarm.run(1);
  victim.links.delete(attacker.peerId);
  attacker.links.delete(victim.peerId);
  const { links } = victim.mesh.stats();
  swarm.link(victim, attacker);
  swarm.run(2);
  assert.equal(victim.mesh.stats().links, links);
});

atSeeds('tickets that the edge bans are dropped at once and not taken again', () => {
  const { swarm, attacker, honest } = besieged((message) => message);
  swarm.run(5);
  for (const peer of honest) peer.mesh.ban([attacker.identity]);
  swarm.run(8);
  for (const peer of honest) assert.equal(peer.links.get(attacker.peerId)?.isOpen ?? false, false);
  assertUnharmed(swarm, honest, attacker);
});

atSeeds('a path that names me makes me leave that parent, nobody else', () => {
  const { swarm, attacker, honest } = besieged((message, to) =>
    message.type === 'path' ? { ...message, path: [...message.path, ...tagsOf(to)] } : message
  );
  swarm.run(20);
  assertUnharmed(swarm, honest, attacker, 6000);
  assert.deepEqual(offences(honest), []);
});

function tagsOf(peerId: string): number[] {
  let hash = 0x811c9dc5;
  for (const character of peerId) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return [hash | 0];
}

Deno.test('a ticket of another identity cannot be slipped in as a renewal', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [peer, other] = [swarm.add(), swarm.add()];
  swarm.link(peer!, other!);
  swarm.run(1);
  const identity = new Uint8Array(8).fill(7);
  other!.mesh.renewTicket(swarm.issueTicket(other!.key, identity, 600));
  swarm.run(1);
  assert.equal(offences([peer!])[0]!.why, 'bad-ticket');
  assert.notEqual(offences([peer!])[0]!.identity, toHex(identity));
});
