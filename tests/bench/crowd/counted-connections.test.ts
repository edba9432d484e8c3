import assert from 'node:assert/strict';
import { routeOf } from '../../../web/peer/connection-facts.ts';
import { countConnections } from './counted-connections.ts';

class FakeConnection {
  sent = 0;
  isOpen = true;

  getStats() {
    return Promise.resolve(
      new Map<string, unknown>(
        this.isOpen
          ? [
            ['a', { type: 'local-candidate', candidateType: 'host', ip: '127.0.0.1' }],
            ['b', { type: 'remote-candidate', candidateType: 'host', ip: '127.0.0.1' }],
            ['p', { type: 'candidate-pair', localCandidateId: 'a', remoteCandidateId: 'b' }],
            ['t', { type: 'transport', selectedCandidatePairId: 'p', bytesSent: this.sent }],
          ]
          : [],
      ),
    );
  }

  close() {
    this.isOpen = false;
  }
}

const counted = () => countConnections(FakeConnection as never);

Deno.test('bytes of open and of closed connections add up', async () => {
  const { RTCPeerConnection, bytesSent } = counted();
  const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()] as unknown as FakeConnection[];
  one!.sent = 100;
  other!.sent = 20;
  assert.equal(await bytesSent(), 120);
  one!.close();
  other!.sent = 30;
  assert.equal(await bytesSent(), 130);
  one!.close();
  assert.equal(await bytesSent(), 130, 'a second close counts nothing');
});

Deno.test('a link between two processes of one machine is not one of a LAN', async () => {
  assert.equal(routeOf(await new FakeConnection().getStats()), 'lan');
  const { RTCPeerConnection } = counted();
  assert.equal(routeOf(await new RTCPeerConnection().getStats()), 'peer');
});
