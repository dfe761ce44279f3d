import { describe, expect, it } from '@jest/globals';

import { Misfortunes } from './misfortunes.ts';

describe('Misfortunes', () => {
  it('strikes as often as asked, for each key', () => {
    const misfortunes = new Misfortunes();
    const strikes = ['a', 'a', 'b', 'a'].map((key) => misfortunes.strike(key, 2));
    expect(strikes).toEqual([true, true, true, false]);
  });
});
