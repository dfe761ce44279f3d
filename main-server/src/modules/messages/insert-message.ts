import type { EntityManager } from 'typeorm';
import type { RowInsert } from '../../database/row-insert.ts';
import { bufferRow } from '../../database/write-batch.ts';
import type { MessageEntity } from './message.entity.ts';

const columns: readonly (readonly [name: string, value: (row: MessageEntity) => unknown])[] = [
  ['id', ({ id }) => id],
  ['session_id', ({ sessionId }) => sessionId],
  ['position', ({ position }) => position],
  ['role', ({ role }) => role],
  ['author_kind', ({ authorKind }) => authorKind],
  ['author_id', ({ authorId }) => authorId],
  ['text', ({ text }) => text],
  ['images', ({ images }) => images && JSON.stringify(images)],
  ['items', ({ items }) => JSON.stringify(items)],
  ['turn_id', ({ turnId }) => turnId],
  ['prompt_id', ({ promptId }) => promptId],
  ['agent', ({ agent }) => agent],
  ['outcome', ({ outcome }) => outcome],
  ['reason', ({ reason }) => reason],
  ['usage', ({ usage }) => usage && JSON.stringify(usage)],
  ['idempotency_key', ({ idempotencyKey }) => idempotencyKey],
  ['body_hash', ({ bodyHash }) => bodyHash],
  ['created_at', ({ createdAt }) => createdAt],
];

const insert: RowInsert = { table: 'messages', columns: columns.map(([name]) => name) };

/** The busiest insert there is, so it shares its statement. Triggers put its text into the full-text index. */
export function insertMessage(manager: EntityManager, row: MessageEntity): void {
  bufferRow(
    manager,
    insert,
    columns.map(([, value]) => value(row)),
  );
}
