import { headers } from 'next/headers';

/**
 * The nonce of this answer's Content-Security-Policy, which main-server also puts on the request, as Next expects it.
 * Undefined where nothing sets a policy (`next dev` by itself). Reading it makes a page dynamic, which a nonce needs.
 */
export async function requestNonce(): Promise<string | undefined> {
  const policy = (await headers()).get('content-security-policy') ?? '';
  return /'nonce-([\w+/=-]+)'/.exec(policy)?.[1];
}
