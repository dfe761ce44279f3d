import { lookup as lookUp } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../../common/public-address.ts';

export interface GuardedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** `host` or `host:port` of what may be asked although it is not on the internet. */
  readonly allowedHosts: readonly string[];
}

export interface GuardedAnswer {
  readonly status: number;
  /** The beginning of it. */
  readonly body: string;
}

/** The address belongs to this machine or its neighbours: users must not make us ask there. */
export class ForbiddenAddressError extends Error {
  constructor(host: string) {
    super(`${host} is not on the internet`);
    this.name = 'ForbiddenAddressError';
  }
}

const deadlineMs = 10_000;
const bodyMaxBytes = 64 * 1024;
const headersMaxBytes = 16 * 1024;

/**
 * Asks an address that a user chose. What is asked is the very address that was looked at: it is resolved once.
 * Redirects are answers like any other and are not followed. @throws ForbiddenAddressError, Error when nobody answers
 */
export function guardedGet({ url, headers, allowedHosts }: GuardedRequest): Promise<GuardedAnswer> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isAllowed = allowedHosts.some((allowed) => allowed === url.host || allowed === url.hostname);
  // A host that is an address already is not looked up.
  if (isIP(host) !== 0 && !isAllowed && !isPublicAddress(host))
    return Promise.reject(new ForbiddenAddressError(host));
  const options: RequestOptions = {
    method: 'GET',
    headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers },
    agent: false,
    maxHeaderSize: headersMaxBytes,
    signal: AbortSignal.timeout(deadlineMs),
    ...(isAllowed ? {} : { lookup: lookUpPublic }),
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= bodyMaxBytes) finish();
      });
      response.on('end', finish);
      response.on('error', reject);
    });
    request.on('error', reject);
    // 101: Node gives the connection to whoever wants it, and neither answers nor fails.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, body: '' });
    });
    request.end();
  });
}

/** One of a name's addresses is enough to refuse it: the next connection could take that one. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { all: true, verbatim: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address)))
      return callback(new ForbiddenAddressError(hostname), '', 0);
    callback(null, options.all ? addresses : first.address, first.family);
  });
};
