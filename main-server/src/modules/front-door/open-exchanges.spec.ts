import { describe, expect, it } from '@jest/globals';
import { type Exchange, OpenExchanges } from './open-exchanges.ts';

function exchangeOf(ended: string[], name: string): Exchange {
  return { sessionId: name, origin: name, loginId: null, abort: () => ended.push(name) };
}

describe('OpenExchanges', () => {
  it('ends what is under way when the server stops, and takes nothing new', () => {
    const exchanges = new OpenExchanges();
    const ended: string[] = [];
    exchanges.add(exchangeOf(ended, 'a'), 1);
    exchanges.add(exchangeOf(ended, 'over'), 1)();
    exchanges.add(exchangeOf(ended, 'b'), 1);
    exchanges.beforeApplicationShutdown();
    expect(ended).toEqual(['a', 'b']);
    expect(() => exchanges.add(exchangeOf(ended, 'c'), 1)).toThrow(
      expect.objectContaining({ code: 'server.stopping' }),
    );
  });

  it('has so much room for each origin', () => {
    const exchanges = new OpenExchanges();
    const done = exchanges.add(exchangeOf([], 'a'), 1);
    expect(() => exchanges.add(exchangeOf([], 'a'), 1)).toThrow(
      expect.objectContaining({ code: 'request.too_many' }),
    );
    exchanges.add(exchangeOf([], 'b'), 1);
    done();
    exchanges.add(exchangeOf([], 'a'), 1);
  });
});
