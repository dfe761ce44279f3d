import { describe, expect, it } from '@jest/globals';
import {
  deltaMaxLength,
  toolOutputMaxLength,
  type TurnEvent,
  turnEventMaxBytes,
  turnEventSchema,
} from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { fitEvent } from './fit-event.ts';

const isFitting = (event: TurnEvent): boolean =>
  turnEventSchema.safeParse(event).success && Buffer.byteLength(JSON.stringify(event)) < turnEventMaxBytes;

describe('fitEvent', () => {
  it('splits any text into fitting pieces that add up to it, between characters', () => {
    const unit = fc.constantFrom('a', 'ü', '漢', '😀', '\u0000', '"', '\n');
    fc.assert(
      fc.property(
        unit,
        fc.nat({ max: 3 * deltaMaxLength }),
        fc.string({ unit: 'grapheme' }),
        (character, length, tail) => {
          const text = character.repeat(length) + tail;
          const pieces = fitEvent({ type: 'message.delta', turnId: 't', messageId: 'm', text });
          expect(pieces.every(isFitting)).toBe(true);
          const texts = pieces.map((piece) => (piece.type === 'message.delta' ? piece.text : ''));
          expect(texts.join('')).toBe(text);
          expect(texts.some((piece) => /^[\udc00-\udfff]/.test(piece))).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(['x', '漢', '\u0001'])('keeps the newest output of %j and says that it was cut', (character) => {
    const output = character.repeat(3 * toolOutputMaxLength) + 'END';
    const [event] = fitEvent({
      type: 'tool.ended',
      turnId: 't',
      toolCallId: 'c',
      status: 'completed',
      output,
    });
    expect(event).toMatchObject({ truncated: true, output: expect.stringMatching(/END$/) });
    expect(event && isFitting(event)).toBe(true);
  });

  it('gives all of what it cuts away, once, and says where it is', () => {
    const kept: string[] = [];
    const ref = { sha256: 'a'.repeat(64), bytes: 1 };
    const keep = (content: string) => {
      kept.push(content);
      return ref;
    };
    const output = '漢'.repeat(2 * toolOutputMaxLength);
    const patch = '+x\n'.repeat(toolOutputMaxLength);
    const diffs = [{ path: 'f', change: 'updated' as const, patch }];
    const [event] = fitEvent(
      {
        type: 'tool.ended',
        turnId: 't',
        toolCallId: 'c',
        status: 'completed',
        output,
        diffs,
        truncated: true,
      },
      keep,
    );
    expect(event).toMatchObject({ fullOutput: { ...ref, truncated: true }, diffs: [{ fullPatch: ref }] });
    expect(event && isFitting(event)).toBe(true);
    expect(kept.toSorted()).toEqual([output, patch].toSorted());
  });

  it('cuts a patch that is small and too long', () => {
    const patch = '+\n'.repeat(toolOutputMaxLength * 0.6);
    const [event] = fitEvent({
      type: 'tool.ended',
      turnId: 't',
      toolCallId: 'c',
      status: 'completed',
      diffs: [{ path: 'f', change: 'updated', patch }],
    });
    expect(event).toMatchObject({ diffs: [{ truncated: true }] });
  });

  it('cuts large diffs', () => {
    const diffs = Array.from({ length: 20 }, (_, index) => ({
      path: `f${index}`,
      change: 'updated' as const,
      patch: '+ä\n'.repeat(10_000),
    }));
    const [event] = fitEvent({
      type: 'tool.started',
      turnId: 't',
      toolCallId: 'c',
      kind: 'edit',
      title: 'Edit',
      diffs,
    });
    expect(event).toMatchObject({
      diffs: expect.arrayContaining([expect.objectContaining({ truncated: true })]),
    });
    expect(event && isFitting(event)).toBe(true);
  });

  it('gives nothing for what no cut makes acceptable', () => {
    expect(fitEvent({ type: 'message.delta', turnId: '', messageId: 'm', text: 'x' })).toEqual([]);
  });
});
