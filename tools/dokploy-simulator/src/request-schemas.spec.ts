import { describe, expect, it } from '@jest/globals';
import { ApiError } from './api-error.ts';
import { RequestSchemas } from './request-schemas.ts';

const schemas = new RequestSchemas();

function check(method: string, route: string, given: Readonly<Record<string, unknown>>) {
  const dropped: string[] = [];
  const input = schemas.check(method, route, given, (keys) => dropped.push(...keys));
  return { input, dropped };
}

const stripped = { applicationId: 'a', memoryLimit: '268435456' };
const strategy = { Parallelism: 1, Order: 'stop-first' };

describe('what Dokploy takes, by its own document', () => {
  it.each([
    ['a number where a text is wanted', 'application.update', { applicationId: 'a', memoryLimit: 268435456 }],
    ['nothing where something is required', 'application.create', { name: 'session' }],
    ['a text that is too short', 'application.create', { name: '', environmentId: 'e' }],
    [
      'a key that a strict object does not have',
      'application.update',
      { applicationId: 'a', updateConfigSwarm: { ...strategy, Unknown: 1 } },
    ],
    [
      'a choice there is not',
      'application.create',
      { name: 'session', environmentId: 'e', sourceType: 'carrier pigeon' },
    ],
  ])('is not %s', (_what, route, given) => {
    expect(() => check('POST', route, given)).toThrow(ApiError);
  });

  it('is what is right, without the keys it does not know', () => {
    expect(check('POST', 'application.update', { ...stripped, pidsLimit: 512 })).toEqual({
      input: stripped,
      dropped: ['pidsLimit'],
    });
  });

  it('is a number in a query, though that is text', () => {
    const { input } = check('GET', 'deployment.readLogs', { deploymentId: 'd', tail: '20' });
    expect(input).toEqual({ deploymentId: 'd', tail: 20 });
  });

  it('knows no other route, and no other verb', () => {
    expect(() => check('POST', 'application.explode', {})).toThrow('Not found');
    expect(() => check('GET', 'application.create', {})).toThrow('Not found');
  });
});
