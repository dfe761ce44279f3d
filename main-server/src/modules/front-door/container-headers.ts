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

export const upgradeHeaders = [
  'user-agent',
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

/** Names and values in turn, which Node's client writes as they are; an object it would copy twice. */
export type HeaderList = readonly string[];

export function toContainerHeaders(headers: IncomingHttpHeaders): HeaderList {
  const list = listOf(headers, requestHeaders);
  list.push('host', 'container-agent');
  // The length of a body without a length is ours to mark again.
  if (headers['transfer-encoding'] !== undefined) list.push('transfer-encoding', 'chunked');
  return list;
}

export function toContainerUpgradeHeaders(headers: IncomingHttpHeaders): HeaderList {
  return [
    ...listOf(headers, upgradeHeaders),
    'host',
    'container-agent',
    'connection',
    'Upgrade',
    'upgrade',
    'websocket',
  ];
}

export function fromContainerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return pick(headers, responseHeaders);
}

export function fromContainerUpgradeHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return { ...pick(headers, acceptHeaders), connection: 'Upgrade', upgrade: 'websocket' };
}

export function listOf(headers: IncomingHttpHeaders, names: readonly string[]): string[] {
  const list: string[] = [];
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') list.push(name, value);
  }
  return list;
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {};
  for (const name of names) if (headers[name] !== undefined) kept[name] = headers[name];
  return kept;
}
