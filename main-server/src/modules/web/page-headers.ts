export interface PageOrigins {
  /** e.g. `http://localhost:3000` */
  readonly app: string;
  /** e.g. `localhost` */
  readonly sessionDomain: string;
}

export interface PagePolicy extends PageOrigins {
  readonly nonce: string;
  /** Next's development build evaluates code and writes style tags. */
  readonly isDevelopment: boolean;
}

/** Set on the request too: that is where Next finds the nonce for its own scripts. */
export function contentSecurityPolicy({ app, sessionDomain, nonce, isDevelopment }: PagePolicy): string {
  const { protocol, host, port } = new URL(app);
  const sessions = `${protocol}//*.${sessionDomain}${port === '' ? '' : `:${port}`}`;
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    // Attributes alone: a style attribute runs no script and loads nothing that img-src and font-src do not allow.
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    `connect-src 'self' ${protocol === 'https:' ? 'wss' : 'ws'}://${host}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    `frame-src ${sessions}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join('; ');
}

export function pageHeaders(policy: PagePolicy): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy(policy),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(policy.app.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}
