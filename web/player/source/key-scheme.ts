/**
 * The network scheme `shoal-keys:`: where Shaka sends the CDM's license requests. They are answered from the key
 * ring, which has what they ask for before they do; nobody asks the edge because a key took effect.
 */
import { fromBase64Url, fromHex, toBase64Url, toHex } from '../../../protocol/bytes.ts';
import { loadOf } from './loads.ts';
import { type NetworkResponse, type SchemePlugin, shaka } from './shaka.ts';

let registered = false;

/** Registers the scheme, once a page. */
export function registerKeyScheme(): void {
  if (registered) return;
  registered = true;
  const { NetworkingEngine } = shaka.net;
  NetworkingEngine.registerScheme('shoal-keys', answer, NetworkingEngine.PluginPriority.APPLICATION, false);
}

/** `shoal-keys:ID`, by the load that the keys are for. */
export function keyAddress(load: { id: number }): string {
  return `shoal-keys:${load.id}`;
}

const answer: SchemePlugin = (address, request, _type, _progress, headersReceived) => {
  const respond = async (): Promise<NetworkResponse> => {
    headersReceived({});
    const ring = loadOf(Number(address.slice(address.indexOf(':') + 1)))?.protection?.ring;
    if (!ring) throw new Error('the load is over');
    const wanted = keyIdsOf(request.body);
    await Promise.all(wanted.map((id) => ring.key(id)));
    // With what is held beside it: the CDM knows the key to come before its init segment is there.
    const keys = [...ring.held].map(([id, key]) => ({
      kty: 'oct',
      kid: toBase64Url(fromHex(id)!),
      k: toBase64Url(key),
    }));
    const data = new TextEncoder().encode(JSON.stringify({ keys, type: 'temporary' }));
    return { uri: address, originalUri: address, originalRequest: request, data, headers: {} };
  };
  return shaka.util.AbortableOperation.notAbortable(respond());
};

/** Key ids, in hex, of a license request as EME ClearKey has it. */
function keyIdsOf(body: ArrayBuffer | ArrayBufferView | null): string[] {
  const { kids } = JSON.parse(new TextDecoder().decode(body as ArrayBuffer | null ?? new Uint8Array())) as {
    kids: string[];
  };
  return kids.map((kid) => toHex(fromBase64Url(kid)!));
}
