/** `GET /api/backup`, `POST /api/restore`: all settings of the box as one document. The owner's alone. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody } from '../input.ts';
import { Backup, BACKUP_VERSION, type Restored } from '../../protocol/backup.ts';
import { targetProblem } from '../access/hook-target.ts';
import { directoryOf, type Env, hooksOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { askLeaseDesk } from '../lease-desk.ts';

/** Longest document that is read, in characters. */
const MAX_BODY_LENGTH = 16 * 1024 * 1024;
/** Of tenants and leases that the desk is given at a time: its calls travel in a header. */
const AT_ONCE = 5;

export const backup = new Hono<{ Bindings: Env }>()
  .get('/backup', admit('owner'), async (c) => {
    const [box, directory, rental, webhooks] = await Promise.all([
      directoryOf(c.env).box(),
      directoryOf(c.env).backup(),
      askLeaseDesk(c.env, 'backup'),
      hooksOf(c.env).backup(),
    ]);
    const createdAt = new Date().toISOString();
    const document: Backup = {
      version: BACKUP_VERSION,
      createdAt,
      box,
      ...directory,
      ...rental,
      webhooks,
    };
    return c.json(document, 200, {
      'content-disposition': `attachment; filename="shoal-${createdAt.slice(0, 10)}.json"`,
      'cache-control': 'no-store',
    });
  })
  .post('/restore', admit('owner'), takeBody(Backup, MAX_BODY_LENGTH), async (c) => {
    const document = c.req.valid('json');
    const { box, channels, issuers, signingKeys, sources, tenants, leases, webhooks } = document;
    for (const { url } of [...sources, ...webhooks]) requireTarget(url, c.env);
    await directoryOf(c.env).restore({ channels, issuers, signingKeys, sources });
    await directoryOf(c.env).setBox(box);
    for (const some of portions(tenants)) await askLeaseDesk(c.env, 'restoreTenants', some);
    const madeMs = Date.parse(document.createdAt);
    for (const some of portions(leases)) await askLeaseDesk(c.env, 'restoreLeases', some, madeMs);
    await hooksOf(c.env).restore(webhooks);
    const restored: Restored = {
      channels: channels.length,
      tenants: tenants.length,
      leases: leases.length,
      webhooks: webhooks.length,
    };
    return c.json({ restored });
  });

/** What a document names is held to the same rule as what the API is told. */
function requireTarget(url: string, env: Env): void {
  const problem = targetProblem(url, env.SHOAL_HOOKS_LOCAL === '1');
  if (problem) throw new Failure(400, 'bad-field', `url: ${url} ${problem}`, { field: 'url' });
}

function portions<T>(all: T[]): T[][] {
  return Array.from(
    { length: Math.ceil(all.length / AT_ONCE) },
    (_, i) => all.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
}
