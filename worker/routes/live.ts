/** `/api/live`: the dashboard's one socket, and the ticket that opens it. */
import { Hono } from 'hono';
import type { LiveTicket } from '../../protocol/report.ts';
import { allow } from '../access/allow.ts';
import { issueLiveTicket, LIVE_TICKET_S, readLiveTicket } from '../access/live-ticket.ts';
import { asciiJson } from '../ascii-json.ts';
import { boardOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';

export const live = new Hono<{ Bindings: Env }>()
  .post('/ticket', async (c) => {
    const caller = await allow({ to: 'admin', role: 'reports', tenants: true }, c.req.raw, c.env);
    const ticket = await issueLiveTicket(c.env.SHOAL_EDGE_SECRET, caller, Math.floor(Date.now() / 1000));
    const answer: LiveTicket = { ticket, expiresS: LIVE_TICKET_S };
    return c.json(answer, 201);
  })
  .get('/', async (c) => {
    const ticket = c.req.query('ticket') ?? '';
    const claims = await readLiveTicket(c.env.SHOAL_EDGE_SECRET, ticket, Math.floor(Date.now() / 1000));
    if (!claims) {
      throw new Failure(401, 'unauthorized', 'ticket: must be fresh from /api/live/ticket', {
        field: 'ticket',
      });
    }
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
      throw new Failure(426, 'upgrade-required', 'this address is a WebSocket');
    }
    const answer = await boardOf(c.env).fetch('https://object/live', {
      headers: { upgrade: 'websocket', 'shoal-live': asciiJson(claims) },
    });
    if (answer.status === 401) {
      throw new Failure(401, 'unauthorized', 'ticket: was used', { field: 'ticket' });
    }
    if (answer.status !== 101) throw new Failure(503, 'busy', 'too many dashboards are open');
    return answer;
  });
