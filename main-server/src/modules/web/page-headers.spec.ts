import { describe, expect, it } from '@jest/globals';
import { pageHeaders, type PagePolicy } from './page-headers.ts';

const local: PagePolicy = {
  app: 'http://localhost:3000',
  sessionDomain: 'localhost',
  nonce: 'abc',
  isDevelopment: false,
};

function directive(policy: PagePolicy, name: string): string | undefined {
  const csp = pageHeaders(policy)['content-security-policy'] ?? '';
  return csp.split('; ').find((part) => part.startsWith(`${name} `));
}

describe('pageHeaders', () => {
  it('lets run what carries the nonce, and nothing else', () => {
    expect(directive(local, 'default-src')).toBe("default-src 'none'");
    expect(directive(local, 'script-src')).toBe("script-src 'nonce-abc' 'strict-dynamic'");
    expect(directive(local, 'object-src')).toBe("object-src 'none'");
    expect(directive(local, 'base-uri')).toBe("base-uri 'none'");
  });

  it('frames sessions and is framed by nobody', () => {
    expect(directive(local, 'frame-src')).toBe('frame-src http://*.localhost:3000');
    expect(directive(local, 'frame-ancestors')).toBe("frame-ancestors 'none'");
    const server = { ...local, app: 'https://agents.example.com', sessionDomain: 'sessions.example.com' };
    expect(directive(server, 'frame-src')).toBe('frame-src https://*.sessions.example.com');
    expect(directive(server, 'connect-src')).toBe("connect-src 'self' wss://agents.example.com");
  });

  it('asks for TLS where there is TLS', () => {
    expect(pageHeaders(local)).not.toHaveProperty('strict-transport-security');
    expect(pageHeaders({ ...local, app: 'https://agents.example.com' })).toHaveProperty(
      'strict-transport-security',
    );
  });
});
