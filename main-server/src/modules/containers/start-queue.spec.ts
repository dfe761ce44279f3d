import { describe, expect, it } from '@jest/globals';
import { StartQueue } from './start-queue.ts';

const never = new AbortController().signal;

describe('StartQueue', () => {
  it('lets so many work at once, and the others in the order in which they came', async () => {
    const queue = new StartQueue(2);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const enter = async (name: string): Promise<void> => {
      ends.set(name, await queue.enter(never, () => undefined));
      begun.push(name);
    };
    const all = ['a', 'b', 'c', 'd', 'e'].map(enter);
    await Promise.all(all.slice(0, 2));
    expect(begun).toEqual(['a', 'b']);
    ends.get('b')?.();
    await all[2];
    expect(begun).toEqual(['a', 'b', 'c']);
    ends.get('a')?.();
    ends.get('c')?.();
    await Promise.all(all);
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('tells each its place whenever it changes', async () => {
    const queue = new StartQueue(1);
    const end = await queue.enter(never, () => undefined);
    const places: Record<string, string[]> = { b: [], c: [] };
    const second = queue.enter(never, (place, of) => places['b']?.push(`${place} of ${of}`));
    void queue.enter(never, (place, of) => places['c']?.push(`${place} of ${of}`));
    end();
    await second;
    expect(places).toEqual({ b: ['1 of 1', '1 of 2'], c: ['2 of 2', '1 of 1'] });
  });

  it('forgets one that is given up, and moves the others up', async () => {
    const queue = new StartQueue(1);
    const end = await queue.enter(never, () => undefined);
    const abort = new AbortController();
    const given = queue.enter(abort.signal, () => undefined);
    const places: number[] = [];
    const next = queue.enter(never, (place) => places.push(place));
    abort.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    expect(places).toEqual([2, 1]);
    end();
    await next;
    await expect(queue.enter(AbortSignal.abort(new Error('late')), () => undefined)).rejects.toThrow('late');
  });

  it('counts an end once', async () => {
    const queue = new StartQueue(1);
    const end = await queue.enter(never, () => undefined);
    const second = queue.enter(never, () => undefined);
    const third = queue.enter(never, () => undefined);
    end();
    end();
    const endSecond = await second;
    let isThirdIn = false;
    void third.then(() => (isThirdIn = true));
    await Promise.resolve();
    expect(isThirdIn).toBe(false);
    endSecond();
    await third;
  });

  it('lets one in the background begin behind everybody else, and never shows it among those that wait', async () => {
    const queue = new StartQueue(1);
    const end = await queue.enter(never, () => undefined);
    const begun: string[] = [];
    const places: string[] = [];
    const background = queue.enterInBackground(never).then((leave) => {
      begun.push('background');
      return leave;
    });
    const later = queue
      .enter(never, (place, of) => places.push(`${place} of ${of}`))
      .then((leave) => {
        begun.push('later');
        return leave;
      });
    end();
    (await later)();
    await background;
    expect(begun).toEqual(['later', 'background']);
    expect(places).toEqual(['1 of 1']);
  });

  it('keeps a place free of those in the background, so that whoever comes next begins at once', async () => {
    const queue = new StartQueue(3);
    const ends = [await queue.enterInBackground(never), await queue.enterInBackground(never)];
    let hasThirdBegun = false;
    const third = queue.enterInBackground(never).then(() => (hasThirdBegun = true));
    await queue.enter(never, () => undefined);
    expect(hasThirdBegun).toBe(false);
    ends[0]?.();
    await third;
  });
});
