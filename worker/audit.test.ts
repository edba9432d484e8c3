import { expect, test } from 'vitest';
import type { AuditEntry } from '../protocol/audit.ts';
import type { Page } from '../protocol/page.ts';
import { withoutSecrets } from './audit.ts';
import { ask, eventually } from './testing/edge.ts';
import { apiAsk, apiGet } from './testing/figures.ts';

const auditOf = (query: string) => apiGet<Page<AuditEntry>>(`audit${query}`);

test('a change is noted with its caller, what was refused and what was only read are not', async () => {
  const made = await apiAsk('POST', 'channels', { name: 'audited', title: 'First' });
  await apiAsk('PATCH', 'channels/audited', { settings: { windowS: 40 } });
  await apiAsk('PATCH', 'channels/audited', { settings: { windowS: 1 } });
  await apiAsk('GET', 'channels/audited');
  await apiAsk('POST', 'channels/audited/stop');
  const { items } = await eventually(() => auditOf('?query=audited'), ({ items }) => items.length >= 2);
  expect(items).toMatchObject([
    {
      method: 'POST',
      resource: 'channels/audited/stop',
      subject: 'admin token',
      role: 'owner',
      status: 200,
      what: '',
    },
    { method: 'PATCH', resource: 'channels/audited', what: '{"settings":{"windowS":40}}' },
  ]);
  const created = (await auditOf('?query=channels')).items.find(({ what }) => what.includes('"audited"'));
  expect(created).toMatchObject({ method: 'POST', resource: 'channels', status: 201 });
  expect(created!.requestId).toBe(made.headers.get('shoal-request'));
});

test('the log turns its pages', async () => {
  for (let i = 0; i < 5; i++) await apiAsk('POST', 'channels', { name: `paged-${i}` });
  const first = await auditOf('?limit=3');
  const second = await auditOf(`?limit=3&after=${first.next}`);
  expect(first.items.at(-1)!.id).toBeGreaterThan(second.items[0]!.id);
});

test("the log is the owner's alone", async () => {
  expect((await ask('/api/audit')).status).toBe(401);
});

test('secrets are struck out, whatever their depth', () => {
  const body = {
    name: 'a',
    streamKey: 'k',
    nested: { apiToken: 't', secret: { value: 1 } },
    hlsByToken: true,
  };
  expect(JSON.parse(withoutSecrets(JSON.stringify(body)))).toEqual({
    name: 'a',
    streamKey: '(struck out)',
    nested: { apiToken: '(struck out)', secret: '(struck out)' },
    hlsByToken: true,
  });
  expect(withoutSecrets('{"url":"https://u:p@example.com/x?sig=1"}')).toBe(
    '{"url":"https://example.com/x?(struck out)"}',
  );
  expect(withoutSecrets('not JSON')).toBe('');
  expect(withoutSecrets(JSON.stringify({ text: 'x'.repeat(9000) })).length).toBeLessThan(2100);
});
