/** What a `Host` header means to us. */
export type HostMeaning =
  | { readonly kind: 'app' }
  /** The app by an address whose cookies and origin are not those of the public URL. */
  | { readonly kind: 'loopback' }
  | { readonly kind: 'session'; readonly label: string }
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
  const label = labelOf(name, `${names.sessionDomain}${app.port === '' ? '' : `:${app.port}`}`);
  return label === null ? { kind: 'unknown' } : { kind: 'session', label };
}

function labelOf(name: string, domain: string): string | null {
  const label = name.slice(0, 32);
  return /^[0-9a-f]{32}$/.test(label) && name.slice(32) === `.${domain.toLowerCase()}` ? label : null;
}

function withoutDefaultPort(host: string, protocol: string): string {
  const port = protocol === 'https:' ? ':443' : ':80';
  return host.endsWith(port) ? host.slice(0, -port.length) : host;
}
