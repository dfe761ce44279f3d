import { describe, expect, it } from '@jest/globals';
import { routeOf, withoutTickets } from './session-routes.ts';

describe('routeOf', () => {
  it.each([
    ['GET', '/api/messages?before=3', '/api/sessions/s-1/messages?before=3'],
    ['POST', '/api/messages', '/api/sessions/s-1/messages'],
    ['GET', '/api/session', '/api/sessions/s-1'],
    ['PATCH', '/api/session', '/api/sessions/s-1'],
    ['DELETE', '/api/prompts/p-1', '/api/sessions/s-1/prompts/p-1'],
    ['POST', '/api/requests/r-1/answer', '/api/sessions/s-1/requests/r-1/answer'],
    ['POST', '/api/interrupt', '/api/sessions/s-1/interrupt'],
    ['GET', `/api/blobs/${'0a'.repeat(32)}`, `/api/sessions/s-1/blobs/${'0a'.repeat(32)}`],
    ['GET', '/api/turns/t-1/events?after=3', '/api/sessions/s-1/turns/t-1/events?after=3'],
    ['GET', '/api/options', '/api/sessions/options'],
  ])('answers %s %s itself', (method, target, path) => {
    expect(routeOf(method, target, 's-1')).toEqual({ kind: 'app', path });
  });

  it.each(['/api/workspace/files?path=', '/api/workspace/files/a%2Fb', '/api/terminals', '/api/git/status'])(
    'leaves %s to the container',
    (target) => {
      expect(routeOf('GET', target, 's-1')).toEqual({ kind: 'container' });
    },
  );

  it.each([
    ['DELETE', '/api/session'],
    ['GET', '/api/sessions'],
    ['GET', '/api/users'],
    ['POST', '/api/auth/logout'],
    ['GET', '/api/prompts/../../other'],
    ['GET', '/api/prompts/%2e%2e'],
    ['GET', '/api/workspaces'],
    ['POST', '/api/container/stop'],
    ['GET', '/api//messages'],
    ['POST', '/api/turns/t-1/events'],
    ['GET', '/api/turns/../events'],
    ['GET', '/api/blobs'],
    ['GET', '/api/blobs/..%2f..'],
    ['PUT', `/api/blobs/${'0a'.repeat(32)}`],
  ])('does not know %s %s', (method, target) => {
    expect(routeOf(method, target, 's-1')).toEqual({ kind: 'none' });
  });
});

describe('withoutTickets', () => {
  it.each([
    ['/a', '/a'],
    ['/a?path=b', '/a?path=b'],
    ['/a?token=x', '/a'],
    ['/a?path=b%20c&ticket=x&token=y&z', '/a?path=b%20c&z'],
    ['/a?TOKEN=x&t%6fken=y', '/a'],
  ])('makes of %s %s', (target, kept) => {
    expect(withoutTickets(target)).toBe(kept);
  });
});
