/** Where a served Shoal listens, and what that means for whose word about viewers' addresses is believed. */

/** Whether only this machine reaches it: a proxy stands in front, and every socket's address would be the proxy's. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** As workerd takes it; IPv6 in brackets. */
export function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
