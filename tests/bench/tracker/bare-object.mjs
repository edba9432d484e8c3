/**
 * What workerd's sockets cost by themselves: an object that makes six frames of an announce without reading it, one
 * for its sender and a fifth of the text for each of five others.
 */
import { DurableObject } from 'cloudflare:workers';

const REPLY = JSON.stringify({ action: 'announce', interval: 120, complete: 0, incomplete: 0 });
const OFFERS = 5;
/** An announce without offers is shorter. */
const LEAST_WITH_OFFERS = 1000;

export class Bare extends DurableObject {
  sockets = [];

  fetch(request) {
    if (request.headers.get('upgrade') === null) return new Response('it listens');
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.sockets.push(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(socket, text) {
    socket.send(REPLY);
    if (text.length < LEAST_WITH_OFFERS) return;
    const length = Math.floor(text.length / OFFERS);
    for (let i = 0; i < OFFERS; i++) {
      const other = this.sockets[Math.floor(Math.random() * this.sockets.length)];
      // The load generator tells offers by their text.
      other.send(`"offer":{${text.slice(i * length, (i + 1) * length)}`);
    }
  }
}

export default {
  fetch: (request, { BARE }) => BARE.get(BARE.idFromName('all')).fetch(request),
};
