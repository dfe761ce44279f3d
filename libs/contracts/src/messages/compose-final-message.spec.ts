import { describe, expect, it } from '@jest/globals';
import { composeFinalMessage } from './compose-final-message.ts';
import { emptyTurn, type FoldedTurn } from './fold-turn.ts';
import type { MessageItem } from './message-items.ts';
import { messageLimits } from './messages.requests.ts';

const turnWith = (items: readonly MessageItem[]): FoldedTurn => ({
  ...emptyTurn('t'),
  outcome: 'completed',
  items,
});
const tool = (id: string, output: string): MessageItem => ({
  type: 'tool',
  id,
  kind: 'execute',
  title: id,
  status: 'completed',
  output,
});
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('composeFinalMessage', () => {
  it('says all there is when it fits', () => {
    const items = [tool('a', 'out'), { type: 'text', id: 'm', text: 'done' }] as const;
    expect(composeFinalMessage(turnWith(items))).toEqual({
      role: 'assistant',
      text: 'done',
      items,
      turnId: 't',
      outcome: 'completed',
    });
  });

  it('cuts the oldest output first and keeps what the agent said', () => {
    const items = Array.from({ length: 60 }, (_, index) => tool(`t${index}`, 'x'.repeat(32_000)));
    const message = composeFinalMessage(turnWith([...items, { type: 'text', id: 'm', text: 'the answer' }]));
    expect(bytesOf(message)).toBeLessThanOrEqual(messageLimits.bodyMaxBytes);
    expect(message.text).toBe('the answer');
    expect(message.items?.[0]).toMatchObject({ truncated: true });
    expect(message.items?.[59]).not.toMatchObject({ truncated: true });
  });

  it('keeps what it cuts and says where, also of what it cuts more than once', () => {
    const items = Array.from({ length: 60 }, (_, index) => tool(`t${index}`, `${index} `.repeat(11_000)));
    const kept = new Map<string, string>();
    const message = composeFinalMessage(turnWith(items), (content) => {
      const sha256 = String(content.length % 7).padStart(64, '0');
      kept.set(content, sha256);
      return { sha256, bytes: content.length };
    });
    const cut = (message.items ?? []).flatMap((item, index) =>
      item.type === 'tool' && item.truncated ? [[item, items[index]] as const] : [],
    );
    expect(cut.length).toBeGreaterThan(10);
    expect(kept.size).toBe(cut.length);
    for (const [item, whole] of cut) {
      const output = whole?.type === 'tool' ? whole.output : '';
      expect(item.fullOutput).toEqual({ sha256: kept.get(output), bytes: output.length });
    }
    expect(bytesOf(message)).toBeLessThanOrEqual(messageLimits.bodyMaxBytes);
  });

  it('fits whatever a turn was, also with the names of what was kept', () => {
    const items = Array.from({ length: 2_000 }, (_, index) => tool(`t${index}`, '漢'.repeat(2_000)));
    const ref = { sha256: '0'.repeat(64), bytes: 6_000 };
    const message = composeFinalMessage(turnWith(items), () => ref);
    expect(bytesOf(message)).toBeLessThanOrEqual(messageLimits.bodyMaxBytes);
  });

  it('fits whatever a turn was', () => {
    const items = Array.from({ length: 5_000 }, (_, index) => tool(`t${index}`, '漢'.repeat(2_000)));
    const text: MessageItem = { type: 'text', id: 'm', text: '漢'.repeat(400_000) };
    const message = composeFinalMessage(turnWith([text, ...items, text]));
    expect(bytesOf(message)).toBeLessThanOrEqual(messageLimits.bodyMaxBytes);
    expect(message.items?.length).toBe(messageLimits.itemsMax);
    expect(message.text.length).toBeLessThanOrEqual(messageLimits.textMaxLength);
  });
});
