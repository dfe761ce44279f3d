import { describe, expect, it } from '@jest/globals';
import { LogInbox } from './log-inbox.ts';

interface Item {
  readonly type: 'line' | 'state' | 'failure';
  readonly number: number;
}

async function takeAll(inbox: LogInbox<Item>, last: Item): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let item = await inbox.take(); item !== null; item = await inbox.take()) {
    all.push(item);
    if (item === last) break;
  }
  return all;
}

describe('LogInbox', () => {
  it('gives what was put, in order', async () => {
    const inbox = new LogInbox<Item>();
    const items = (['state', 'line', 'failure', 'line'] as const).map((type, number) => ({ type, number }));
    for (const item of items) inbox.put(item);
    expect(await takeAll(inbox, items.at(-1)!)).toEqual(items);
  });

  it('does not grow where nobody takes, keeps every line, and the newest of what changes', async () => {
    const inbox = new LogInbox<Item>();
    const lines = Array.from({ length: 10 }, (_, number) => ({ type: 'line', number }) as const);
    for (const line of lines) void inbox.putInTurn(line);
    for (let number = 0; number < 10_000; number += 1) {
      inbox.put({ type: 'failure', number });
      inbox.put({ type: 'state', number });
    }
    const last = { type: 'line', number: 10 } as const;
    void inbox.putInTurn(last);
    const all = await takeAll(inbox, last);
    expect(all.length).toBeLessThan(200);
    expect(all.filter(({ type }) => type === 'line')).toEqual([...lines, last]);
    expect(all.slice(-3, -1)).toEqual([
      { type: 'failure', number: 9_999 },
      { type: 'state', number: 9_999 },
    ]);
  });
});
