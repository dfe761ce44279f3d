import type { PreparationStatus, PreparationStep, Repository } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the workspace of a session is prepared with, and how far that is; none for most sessions. */
@Entity('preparations')
export class PreparationEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ type: 'simple-json', nullable: true }) repository: Repository | null;
  @Column({ type: 'text', nullable: true }) script: string | null;
  /** Counts what was ordered of the container. */
  @Column({ type: 'integer' }) attempt: number;
  @Column({ type: 'text' }) status: PreparationStatus;
  @Column({ type: 'simple-json' }) steps: readonly PreparationStep[];
  @Column({ type: 'text', nullable: true }) reason: string | null;
  /** The newest output, as of the last step that began or ended. */
  @Column({ type: 'text' }) tail: string;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}

export type Preparation = Readonly<PreparationEntity>;
