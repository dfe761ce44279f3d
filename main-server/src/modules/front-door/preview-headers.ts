import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { parseSetCookie, stringifySetCookie } from 'cookie';
import { hopHeaders } from '../../common/hop-headers.ts';
import { listOf, upgradeHeaders, type HeaderList } from './container-headers.ts';
import type { HostedPreview } from './session-guests.ts';

/**
 * What of a request a development server does not get: what is ours, what only a proxy may say, and the name of the
 * origin. The server shall believe that it is asked at home, since most check the host they are called by.
 */
const keptFromPort: ReadonlySet<string> = new Set([
  ...hopHeaders,
  'authorization',
  'cookie',
  'forwarded',
  'host',
  'origin',
  'referer',
  'via',
  'x-front-door',
  'x-real-ip',
]);

/**
 * What of an answer does not reach the browser: power over more than this page, what outlives the answer, orders to a
 * proxy in front of us, and what is set anew here.
 */
const keptFromBrowser: ReadonlySet<string> = new Set([
  ...hopHeaders,
  'alt-svc',
  'cache-control',
  'cdn-cache-control',
  'clear-site-data',
  'content-security-policy',
  'content-security-policy-report-only',
  'expect-ct',
  'location',
  'nel',
  'permissions-policy',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-login',
  'strict-transport-security',
  'surrogate-control',
  'x-frame-options',
  'x-lighttpd-send-file',
  'x-sendfile',
]);
const powerfulPrefix = /^(?:access-control-|public-key-pins|x-accel-|x-forwarded-)/;
/** Directives that would say who may frame the page, or send reports elsewhere. */
const ownDirectives = /^(?:frame-ancestors|report-uri|report-to)(?:\s|$)/i;

const ourCookie = /^(?:__Host-|__Secure-)?(?:cw|codex-webapp)-/i;
const ourToken = /^bearer\s+cwt_/i;
const cookiesMax = 50;

/** What devices a page may ask for is decided by the frame around it; in a tab of its own it gets none either. */
const permissions = 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=()';

export function toPortHeaders(request: IncomingMessage, preview: HostedPreview): HeaderList {
  const { headers } = request;
  const named = connectionNames(headers);
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const isKept = keptFromPort.has(name) || named.has(name) || name.startsWith('x-forwarded-');
    if (!isKept && typeof value === 'string') list.push(name, value);
  }
  if (headers['transfer-encoding'] !== undefined) list.push('transfer-encoding', 'chunked');
  return [...list, ...atHome(headers, preview)];
}

export function toPortUpgradeHeaders({ headers }: IncomingMessage, preview: HostedPreview): HeaderList {
  const list = listOf(headers, upgradeHeaders);
  return [...list, ...atHome(headers, preview), 'connection', 'Upgrade', 'upgrade', 'websocket'];
}

export function toPreviewHeaders(headers: IncomingHttpHeaders, preview: HostedPreview): OutgoingHttpHeaders {
  const named = connectionNames(headers);
  const kept: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!keptFromBrowser.has(name) && !named.has(name) && !powerfulPrefix.test(name)) kept[name] = value;
  }
  const cookies = (headers['set-cookie'] ?? []).slice(0, cookiesMax).flatMap(toPreviewCookie);
  return {
    ...kept,
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
    'cache-control': toPrivate(headers['cache-control']),
    'content-security-policy': toPolicies(headers['content-security-policy'], preview),
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy': permissions,
    'referrer-policy': 'same-origin',
  };
}

/** Where a redirect leads: to the same preview, which is the answer, or elsewhere. */
export function toPreviewLocation(
  location: string,
  request: Pick<IncomingMessage, 'url'>,
  preview: HostedPreview,
): { readonly inside: string } | { readonly outside: URL } | null {
  const base = `http://localhost:${preview.port}${request.url ?? '/'}`;
  if (!URL.canParse(location, base)) return null;
  const target = new URL(location, base);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return null;
  const homes = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0'].map((host) => `${host}:${preview.port}`);
  const port = target.port === '' ? defaultPort(target.protocol) : target.port;
  const isInside = homes.includes(`${target.hostname}:${port}`) || target.origin === preview.origin;
  if (!isInside) return { outside: target };
  return { inside: `${preview.origin}${target.pathname}${target.search}${target.hash}` };
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

/** Host, origin, referrer and cookies as a browser on the server's own machine would send them. */
function atHome(headers: IncomingHttpHeaders, { origin, port }: HostedPreview): readonly string[] {
  const home = `http://localhost:${port}`;
  const list = ['host', `localhost:${port}`];
  const { authorization, cookie, referer } = headers;
  if (headers.origin !== undefined) list.push('origin', headers.origin === origin ? home : 'null');
  if (referer?.startsWith(`${origin}/`) === true)
    list.push('referer', `${home}${referer.slice(origin.length)}`);
  if (authorization !== undefined && !ourToken.test(authorization)) list.push('authorization', authorization);
  const cookies = withoutOurs(cookie);
  if (cookies !== '') list.push('cookie', cookies);
  return list;
}

function withoutOurs(cookie: string | undefined): string {
  const pairs = (cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair !== '' && !ourCookie.test(pair)).join('; ');
}

/** For this host alone; kept although the page lives in a frame of another site. */
function toPreviewCookie(header: string): readonly string[] {
  const { domain: _domain, ...cookie } = parseSetCookie(header, { decode: (value) => value });
  if (cookie.name === '' || ourCookie.test(cookie.name)) return [];
  return [
    stringifySetCookie(
      { ...cookie, secure: true, sameSite: 'none', partitioned: true },
      { encode: (value) => value },
    ),
  ];
}

/** Nobody between us and the browser may keep it and hand it to others. */
function toPrivate(value: string | undefined): string {
  const directives = (value ?? '').split(',').map((directive) => directive.trim());
  const kept = directives.filter(
    (directive) => directive !== '' && !/^(?:public|private|s-maxage\b.*)$/i.test(directive),
  );
  return ['private', ...kept].join(', ');
}

/** The server's own policies hold, but for who may frame the page: that is ours to say. */
function toPolicies(
  given: string | readonly string[] | undefined,
  { frameAncestors }: HostedPreview,
): string {
  const policies = [given ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((policy) =>
      policy
        .split(';')
        .map((directive) => directive.trim())
        .filter((directive) => directive !== '' && !ownDirectives.test(directive))
        .join('; '),
    );
  return [...policies.filter((policy) => policy !== ''), `frame-ancestors ${frameAncestors}`].join(', ');
}

function connectionNames({ connection }: IncomingHttpHeaders): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}
