import type { EntityManager } from 'typeorm';
import { runStatement } from '../../database/statement.ts';
import type { MessageEntity } from './message.entity.ts';

const columns: readonly (readonly [name: string, value: (row: MessageEntity) => unknown])[] = [
  ['id', ({ id }) => id],
  ['session_id', ({ sessionId }) => sessionId],
  ['position', ({ position }) => position],
  ['role', ({ role }) => role],
  ['author_kind', ({ authorKind }) => authorKind],
  ['author_id', ({ authorId }) => authorId],
  ['text', ({ text }) => text],
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

const statement = `INSERT INTO messages (${columns.map(([name]) => name).join(', ')})
  VALUES (${columns.map(() => '?').join(', ')})`;

/** The busiest insert there is: TypeORM would build its statement anew each time, which takes longer than to run it. */
export async function insertMessage(manager: EntityManager, row: MessageEntity): Promise<void> {
  await runStatement(
    manager,
    statement,
    columns.map(([, value]) => value(row)),
  );
}
