import { describe, expect, it } from '@jest/globals';
import { ConnectionRegistry } from './connection-registry.ts';

interface Guest {
  readonly user: string;
  readonly session: string;
}

function setUp() {
  const sockets = new ConnectionRegistry<Guest, object>(({ session }) => session);
  const open = (user: string, session: string) => {
    const connection = {};
    sockets.add(connection, { user, session });
    return connection;
  };
  return { sockets, open };
}

describe('ConnectionRegistry', () => {
  it('finds the sockets of a key, and no more of one that is closed', () => {
    const { sockets, open } = setUp();
    const a = open('ann', 's');
    const b = open('bob', 's');
    open('ann', 't');
    expect(sockets.of('s')).toEqual([a, b]);
    sockets.remove(a);
    sockets.remove(a);
    expect(sockets.of('s')).toEqual([b]);
    expect(sockets.size).toBe(2);
    expect(sockets.of('u')).toEqual([]);
  });

  it('counts one guest of a key against the limit, and gives a place back', () => {
    const { sockets, open } = setUp();
    const isAnn = ({ user }: Guest) => user === 'ann';
    const mine = open('ann', 's');
    open('bob', 's');
    open('ann', 't');
    expect(() => sockets.assertFewerThan(2, 'sockets', 's', isAnn)).not.toThrow();
    open('ann', 's');
    expect(() => sockets.assertFewerThan(2, 'sockets', 's', isAnn)).toThrow(/No more than 2/);
    sockets.remove(mine);
    expect(() => sockets.assertFewerThan(2, 'sockets', 's', isAnn)).not.toThrow();
  });

  it('looks at no stranger to count', () => {
    const { sockets, open } = setUp();
    for (let index = 0; index < 1_000; index += 1) open('ann', `session-${index}`);
    let looks = 0;
    sockets.assertFewerThan(1, 'sockets', 'other', () => (looks += 1) > 0);
    expect(() => sockets.assertFewerThan(1, 'sockets', 'session-7', () => (looks += 1) > 0)).toThrow();
    expect(looks).toBe(1);
  });
});
