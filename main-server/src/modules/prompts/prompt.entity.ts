import type { MessageAuthor, PromptStatus } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('prompts')
export class PromptEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'session_id', type: 'text' }) sessionId: string;
  /** In the queue; smaller comes first. */
  @Column({ type: 'integer' }) place: number;
  @Column({ type: 'text' }) text: string;
  /** Paths below the workspace; null for none. */
  @Column({ type: 'simple-json', nullable: true }) images: readonly string[] | null;
  @Column({ type: 'text' }) status: PromptStatus;
  @Column({ name: 'author_kind', type: 'text' }) authorKind: MessageAuthor['kind'];
  @Column({ name: 'author_id', type: 'text', nullable: true }) authorId: string | null;
  @Column({ name: 'client_request_id', type: 'text', nullable: true }) clientRequestId: string | null;
  /** Which it was delivered for; null before that. The session may have another one by now. */
  @Column({ type: 'text', nullable: true }) agent: string | null;
  /** The turn of its own. */
  @Column({ name: 'turn_id', type: 'text', nullable: true }) turnId: string | null;
  /** The turn of another prompt it was given into while that one ran. */
  @Column({ name: 'steered_turn_id', type: 'text', nullable: true }) steeredTurnId: string | null;
  @Column({ name: 'edited_at', type: 'integer', nullable: true }) editedAt: number | null;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}

/** A row as it was read; a changed one is another object. */
export type Prompt = Readonly<PromptEntity>;
