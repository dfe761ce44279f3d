import { describe, expect, it } from '@jest/globals';
import { SealedValues } from './sealed-values.ts';
import type { Secrets } from './secrets.ts';

function withSecret(webappSecret: string): SealedValues {
  return new SealedValues({ webappSecret } as Secrets);
}

describe('SealedValues', () => {
  const values = withSecret('a secret of more than thirty-two characters');

  it('gives back what was sealed, for the same place', () => {
    expect(values.open('dokploy.apiKey', values.seal('dokploy.apiKey', 'key ü'))).toBe('key ü');
  });

  it('shows nothing of it, and never the same twice', () => {
    const sealed = values.seal('dokploy.apiKey', 'canary-key');
    expect(sealed).not.toContain('canary');
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('canary');
    expect(values.seal('dokploy.apiKey', 'canary-key')).not.toBe(sealed);
  });

  it('opens nothing in another place, with another secret, or after a change', () => {
    const sealed = values.seal('dokploy.apiKey', 'key');
    expect(values.open('dokploy.registryPassword', sealed)).toBeNull();
    expect(withSecret('another secret of more than 32 characters').open('dokploy.apiKey', sealed)).toBeNull();
    for (let index = 3; index < sealed.length; index += 1) {
      const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1);
      const opened = values.open('dokploy.apiKey', changed);
      // The last letter may hold bits that stand for nothing.
      if (index < sealed.length - 1) expect(opened).toBeNull();
    }
    for (const broken of ['', 'v1.', 'v2.AAAA', 'key'])
      expect(values.open('dokploy.apiKey', broken)).toBeNull();
  });
});
