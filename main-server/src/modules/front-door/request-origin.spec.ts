import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { assertOwnOrigin, assertOwnUpgrade, assertWellFormed, isNavigation } from './request-origin.ts';

const own = 'http://a.localhost:3000';

function asked(headers: Record<string, string | undefined>, method = 'GET') {
  return { headers, method };
}

describe('isNavigation', () => {
  it.each([
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 'GET', true],
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 'GET', true],
    [{ accept: 'text/html,*/*' }, 'GET', true],
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, 'POST', false],
    [{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'embed' }, 'GET', false],
    [{ 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: 'text/html' }, 'GET', false],
    [{ 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 'GET', false],
    [{ accept: '*/*' }, 'GET', false],
  ])('of %j by %s is %p', (headers, method, expected) => {
    expect(isNavigation(asked(headers as Record<string, string>, method))).toBe(expected);
  });
});

describe('assertOwnOrigin', () => {
  it.each([{ 'sec-fetch-site': 'same-origin' }, { origin: own }])('accepts %j', (headers) => {
    expect(() => assertOwnOrigin(asked({ ...headers }), own)).not.toThrow();
  });

  it.each([
    {},
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: own },
    { origin: 'null' },
    { origin: 'http://b.localhost:3000' },
    { origin: `${own}.evil.example` },
    { origin: 'http://localhost:3000' },
  ])('refuses %j', (headers) => {
    expect(() => assertOwnOrigin(asked(headers as Record<string, string>), own)).toThrow(/Only pages/);
  });
});

describe('assertOwnUpgrade', () => {
  it('accepts the exact origin and nothing else', () => {
    expect(() => assertOwnUpgrade(asked({ origin: own }), own)).not.toThrow();
    expect(() => assertOwnUpgrade(asked({ 'sec-fetch-site': 'same-origin' }), own)).toThrow();
    expect(() => assertOwnUpgrade(asked({ origin: 'http://b.localhost:3000' }), own)).toThrow();
  });
});

describe('assertWellFormed', () => {
  function request(url: string, ...rawHeaders: readonly string[]): IncomingMessage {
    const pairs = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]]] : [],
    );
    return { url, rawHeaders, headers: Object.fromEntries(pairs) } as unknown as IncomingMessage;
  }

  it('accepts an ordinary request', () => {
    expect(() =>
      assertWellFormed(request('/a', 'Host', 'localhost', 'Transfer-Encoding', 'chunked')),
    ).not.toThrow();
  });

  it.each([
    ['an absolute target', request('http://evil.example/', 'Host', 'localhost')],
    ['two hosts', request('/', 'Host', 'localhost', 'host', 'evil.example')],
    ['two lengths', request('/', 'Host', 'localhost', 'Content-Length', '1', 'Content-Length', '2')],
    [
      'a length and chunks',
      request('/', 'Host', 'localhost', 'Content-Length', '1', 'Transfer-Encoding', 'chunked'),
    ],
    ['an unknown encoding', request('/', 'Host', 'localhost', 'Transfer-Encoding', 'gzip, chunked')],
  ])('refuses %s', (_what, broken) => {
    expect(() => assertWellFormed(broken)).toThrow(/malformed/);
  });
});
