import type {
  MessageAuthor,
  MessageItem,
  MessageRole,
  TurnOutcome,
  TurnUsage,
} from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('messages')
export class MessageEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ type: 'integer' }) position: number;
  @Column({ type: 'text' }) role: MessageRole;
  @Column({ name: 'author_kind', type: 'text' }) authorKind: MessageAuthor['kind'];
  @Column({ name: 'author_id', type: 'text', nullable: true }) authorId: string | null;
  @Column({ type: 'text' }) text: string;
  /** Of a user's message: paths below the workspace; null for none. */
  @Column({ type: 'simple-json', nullable: true }) images: readonly string[] | null;
  @Column({ type: 'simple-json' }) items: readonly MessageItem[];
  @Column({ name: 'turn_id', type: 'text', nullable: true }) turnId: string | null;
  @Column({ name: 'prompt_id', type: 'text', nullable: true }) promptId: string | null;
  @Column({ type: 'text', nullable: true }) agent: string | null;
  @Column({ type: 'text', nullable: true }) outcome: TurnOutcome | null;
  @Column({ type: 'text', nullable: true }) reason: string | null;
  @Column({ type: 'simple-json', nullable: true }) usage: TurnUsage | null;
  @Column({ name: 'idempotency_key', type: 'text', nullable: true }) idempotencyKey: string | null;
  @Column({ name: 'body_hash', type: 'text', nullable: true }) bodyHash: string | null;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
}

/** A row as it was read; a changed one is another object. */
export type Message = Readonly<MessageEntity>;
