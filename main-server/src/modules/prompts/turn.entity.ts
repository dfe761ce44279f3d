import type { TurnOutcome } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('turns')
export class TurnEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ name: 'prompt_id', type: 'text' }) promptId: string;
  @Column({ type: 'text' }) agent: string;
  @Column({ type: 'text' }) status: TurnOutcome | 'running';
  @Column({ type: 'text', nullable: true }) reason: string | null;
  @Column({ name: 'started_at', type: 'integer' }) startedAt: number;
  @Column({ name: 'ended_at', type: 'integer', nullable: true }) endedAt: number | null;
  /** By its container, which says it once. */
  @Column({ name: 'is_end_reported', type: 'boolean' }) isEndReported: boolean;
  /** Of a usage limit that its agent ran into; null for none, and where the agent does not say. */
  @Column({ name: 'limit_resets_at', type: 'integer', nullable: true }) limitResetsAt: number | null;
  @Column({ name: 'interrupt_requested_at', type: 'integer', nullable: true }) interruptRequestedAt:
    number | null;
}

/** A row as it was read; a changed one is another object. */
export type Turn = Readonly<TurnEntity>;
