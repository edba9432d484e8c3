/** What a User-Agent header says: device class and browser. A claim, for reports only. */
import UAParser from 'my-ua-parser';
import type { Agent } from '../swarm/agent.ts';

const LONGEST = 500;
/** Words of televisions and set-top boxes that parsers know as plain Linux. */
const SETTOP = /\b(AFT[A-Z]+|BRAVIA|CrKey|DTV|GoogleTV|MiBOX|NetCast|Roku|SetTop|STB|VIDAA)\b/i;
const TV = /\b(SMART-TV|SmartTV|Tizen.+TV|Web0S|webOS\.TV|HbbTV|Viera|AppleTV)\b/i;

export function agentOf(userAgent: string): Agent {
  const text = userAgent.slice(0, LONGEST);
  if (/^shoal-antenna\b/i.test(text)) return { device: 'antenna', browser: 'Shoal antenna' };
  const { browser, device } = new UAParser(text).getResult();
  const major = browser.version?.split('.')[0] ?? '';
  return {
    device: SETTOP.test(text)
      ? 'settop'
      : TV.test(text) || device.type === 'smarttv'
      ? 'tv'
      : device.type === 'mobile' || device.type === 'tablet'
      ? 'phone'
      : 'computer',
    browser: browser.name ? `${browser.name} ${major}`.trim().slice(0, 60) : '',
  };
}
