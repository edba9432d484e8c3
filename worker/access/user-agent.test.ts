import { expect, test } from 'vitest';
import { agentOf } from './user-agent.ts';

const AGENTS: [string, string, RegExp][] = [
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    'computer',
    /^Chrome 141$/,
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'computer', /^Firefox 140$/],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
    'Version/18.5 Mobile/15E148 Safari/604.1',
    'phone',
    /Safari 18$/,
  ],
  [
    'Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.5359.211 Safari/537.36',
    'tv',
    /./,
  ],
  [
    'Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) 94.0.4606.31/7.0 TV Safari/537.36',
    'tv',
    /^/,
  ],
  [
    'Mozilla/5.0 (Linux; Android 11; AFTSS) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    'settop',
    /./,
  ],
  ['shoal-antenna/1', 'antenna', /antenna/],
  ['', 'computer', /^$/],
];

test('device class and browser are read from what browsers say of themselves', () => {
  for (const [text, device, browser] of AGENTS) {
    const agent = agentOf(text);
    expect([text, agent.device]).toEqual([text, device]);
    expect(agent.browser).toMatch(browser);
  }
});

test('a hostile header is read in little time', () => {
  expect(agentOf('Mozilla/5.0 (' + 'a;'.repeat(100_000)).device).toBe('computer');
});
