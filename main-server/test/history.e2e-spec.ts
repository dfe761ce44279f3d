import { describe, expect, it } from '@jest/globals';
import type { Entry } from '@codex-webapp/contracts';
import { WriteQueue } from '../src/database/write-queue.ts';
import { EntriesStore } from '../src/modules/history/entries.store.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';

const turnId = 'turn';

/** A session with a turn of ten deltas, `a` to `j`. */
async function tellTenLetters(app: TestApp): Promise<{ sessionId: string; store: EntriesStore }> {
  const store = app.get(EntriesStore);
  const { id: sessionId } = await app.addSession(await app.addUser());
  const first = (await store.lastPosition(sessionId)) + 1;
  const entries = 'abcdefghij'.split('').map((text, index) => ({
    entry: {
      position: first + index,
      at: 0,
      body: {
        type: 'turn.event' as const,
        event: { type: 'message.delta' as const, turnId, messageId: 'm', text },
      },
    },
    origin: { turnId, epoch: '0'.repeat(32), seq: index + 1 },
  }));
  await app.get(WriteQueue).run((manager) => store.insert(manager, [{ sessionId, entries }]));
  return { sessionId, store };
}

function said(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ body }) => {
    if (body.type === 'gap') return `gap ${body.fromSeq} to ${body.toSeq}`;
    return body.type === 'turn.event' && body.event.type === 'message.delta' ? body.event.text : body.type;
  });
}

describe('the events of a turn that has said very much', () => {
  it('are all there while they fit', async () => {
    await using app = await createTestApp();
    const { sessionId, store } = await tellTenLetters(app);
    expect(said(await store.ofTurns(sessionId, [turnId]))).toEqual('abcdefghij'.split(''));
    expect(await store.ofTurns(sessionId, ['another'])).toEqual([]);
  });

  it('are the newest ones after a gap, by number and by size', async () => {
    await using app = await createTestApp();
    const { sessionId, store } = await tellTenLetters(app);
    const byRows = await store.ofTurns(sessionId, [turnId], { rows: 3, characters: 1_000_000 });
    expect(said(byRows)).toEqual(['gap 1 to 7', 'h', 'i', 'j']);
    const positions = byRows.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const [{ size }] = (await app.query<{ size: number }>(
      'SELECT MAX(LENGTH(body)) AS size FROM entries WHERE turn_id = ?',
      [turnId],
    )) as [{ size: number }];
    const bySize = await store.ofTurns(sessionId, [turnId], { rows: 1_000, characters: 2 * size });
    expect(said(bySize)).toEqual(['gap 1 to 8', 'i', 'j']);
  });
});
