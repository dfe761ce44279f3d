import { describe, expect, it } from '@jest/globals';
import { SealedValues } from './sealed-values.ts';
import { SealingKeys } from './sealing-keys.ts';
import type { Secrets } from './secrets.ts';

function withSecret(...webappSecrets: readonly string[]): SealedValues {
  return new SealedValues(new SealingKeys({ webappSecrets } as unknown as Secrets));
}

describe('SealedValues', () => {
  const values = withSecret('a secret of more than thirty-two characters');

  it('gives back what was sealed, for the same place', () => {
    expect(values.open('dokploy.apiKey', values.seal('dokploy.apiKey', 'key ü'))).toBe('key ü');
  });

  it('shows nothing of it, and never the same twice', () => {
    const sealed = values.seal('dokploy.apiKey', 'canary-key');
    expect(sealed).not.toContain('canary');
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').toString('latin1')).not.toContain('canary');
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
    for (const broken of ['', 'v1.', 'v2.AAAA', 'v2.aaaa.AAAA', 'key'])
      expect(values.open('dokploy.apiKey', broken)).toBeNull();
  });

  const earlier = 'the secret that was there before this one';
  const later = 'the secret that took its place later on';

  it('says with which key it was sealed, and nothing of that key', () => {
    const [version, keyId] = values.seal('place', 'value').split('.');
    expect([version, keyId?.length]).toEqual(['v2', 12]);
    expect(withSecret(earlier).seal('place', 'value').split('.')[1]).not.toBe(keyId);
  });

  it('opens what an earlier key sealed, and puts it under the current one', () => {
    const old = withSecret(earlier).seal('place', 'value');
    const both = withSecret(later, earlier);
    expect(both.open('place', old)).toBe('value');
    const resealed = both.reseal('place', old)!;
    expect(withSecret(later).open('place', resealed)).toBe('value');
    expect(both.reseal('place', resealed)).toBe(resealed);
    expect(withSecret(later).reseal('place', old)).toBeNull();
    expect(both.reseal('another place', old)).toBeNull();
  });

  it('opens what was sealed before values said which key it was', () => {
    const sealed = values.seal('place', 'value').replace(/^v2\.[0-9a-f]+/, 'v1');
    expect(values.open('place', sealed)).toBe('value');
    expect(values.reseal('place', sealed)).toMatch(/^v2\./);
  });
});
