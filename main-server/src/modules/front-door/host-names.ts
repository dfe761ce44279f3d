/** What a `Host` header means to us. */
export type HostMeaning =
  | { readonly kind: 'app' }
  /** The app by an address whose cookies and origin are not those of the public URL. */
  | { readonly kind: 'loopback' }
  | { readonly kind: 'session'; readonly label: string }
  /** A port of a session's container. */
  | { readonly kind: 'preview'; readonly label: string; readonly port: number }
  | { readonly kind: 'unknown' };

export interface OwnNames {
  /** Of the app. */
  readonly url: Pick<URL, 'host' | 'port' | 'protocol'>;
  /** e.g. `localhost` */
  readonly sessionDomain: string;
  /** The port the public listener has. */
  readonly port: number;
}

/** Decides before anything else: an unknown name may be a foreign page that rebound its own to our address. */
export function meaningOfHost(host: string | undefined, names: OwnNames): HostMeaning {
  const { url: app } = names;
  const name = withoutDefaultPort(host?.toLowerCase() ?? '', app.protocol);
  if (name === app.host || name === `localhost:${names.port}`) return { kind: 'app' };
  if (name === `127.0.0.1:${names.port}` || name === `[::1]:${names.port}`) return { kind: 'loopback' };
  return meaningOfLabel(name, `${names.sessionDomain}${app.port === '' ? '' : `:${app.port}`}`);
}

function meaningOfLabel(name: string, domain: string): HostMeaning {
  const [first = ''] = name.split('.', 1);
  const [, portText, label] = /^(?:([1-9]\d{0,4})--)?([0-9a-f]{32})$/.exec(first) ?? [];
  if (label === undefined || name.slice(first.length) !== `.${domain.toLowerCase()}`)
    return { kind: 'unknown' };
  if (portText === undefined) return { kind: 'session', label };
  const port = Number(portText);
  return port <= 65_535 ? { kind: 'preview', label, port } : { kind: 'unknown' };
}

function withoutDefaultPort(host: string, protocol: string): string {
  const port = protocol === 'https:' ? ':443' : ':80';
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}
