import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/**
 * What of a browser's request the container may know. A list of what passes, not of what does not: a new header of
 * power, or a new cookie of ours, stays outside by itself.
 */
const requestHeaders = [
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
  'x-request-id',
] as const;

const upgradeHeaders = [
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
] as const;

/** What of the container's answer reaches the browser; no cookie, no redirect, nothing that outlives the answer. */
const responseHeaders = [
  'accept-ranges',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
  'x-request-id',
] as const;

const acceptHeaders = ['sec-websocket-accept', 'sec-websocket-extensions', 'sec-websocket-protocol'] as const;

export function toContainerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return { ...pick(headers, requestHeaders), host: 'container-agent' };
}

export function toContainerUpgradeHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return {
    ...pick(headers, ['user-agent', ...upgradeHeaders]),
    host: 'container-agent',
    connection: 'Upgrade',
    upgrade: 'websocket',
  };
}

export function fromContainerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return pick(headers, responseHeaders);
}

export function fromContainerUpgradeHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return { ...pick(headers, acceptHeaders), connection: 'Upgrade', upgrade: 'websocket' };
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {};
  for (const name of names) if (headers[name] !== undefined) kept[name] = headers[name];
  return kept;
}
