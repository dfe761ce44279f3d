import { describe, expect, it } from '@jest/globals';
import type { TicketResponse } from '@codex-webapp/contracts/sessions';
import { EarlyTicket } from './early-ticket.ts';

function make(ask = (_id: string): Promise<TicketResponse> | null => null) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const early = new EarlyTicket(
    (id) => {
      asked.push(id);
      const url = `http://label.localhost/__session/enter#${asked.length}`;
      return ask(id) ?? Promise.resolve({ ticket: String(asked.length), expiresAt: '2026-01-01', url });
    },
    () => clock.now,
  );
  const take = async (id: string) => (await early.take(id, new AbortController().signal)).ticket;
  return { early, take, asked, clock };
}

describe('EarlyTicket', () => {
  it('is the one that was asked for, once', async () => {
    const { early, take, asked } = make();
    early.request('one');
    expect(await take('one')).toBe('1');
    expect(await take('one')).toBe('2');
    expect(asked).toEqual(['one', 'one']);
  });

  it('is asked for anew where it is of another session, or too old', async () => {
    const { early, take, clock } = make();
    early.request('one');
    expect(await take('two')).toBe('2');
    early.request('one');
    clock.now += 10_000;
    expect(await take('one')).toBe('4');
  });

  it('is given to nobody who has left meanwhile', async () => {
    const { early, asked } = make();
    early.request('one');
    const left = new AbortController();
    const taken = early.take('one', left.signal);
    left.abort(new Error('left'));
    await expect(taken).rejects.toThrow('left');
    expect(asked).toEqual(['one']);
  });

  it('is asked for again where that failed, and tells of the second failure', async () => {
    const { early, take, asked } = make((id) => (id === 'bad' ? Promise.reject(new Error('away')) : null));
    early.request('bad');
    await expect(take('bad')).rejects.toThrow('away');
    expect(asked).toEqual(['bad', 'bad']);
  });
});
