import type { ContainerProviderName, ContainerStatus, ContainerStep } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ContainerImage, ContainerRef } from './providers/container-provider.ts';

@Entity('containers')
export class ContainerEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ type: 'text' }) provider: ContainerProviderName;
  @Column({ type: 'text' }) desired: 'running' | 'stopped' | 'absent';
  @Column({ type: 'text' }) status: ContainerStatus;
  @Column({ type: 'integer' }) generation: number;
  @Column({ name: 'token_issued_at', type: 'integer' }) tokenIssuedAt: number;
  @Column({ type: 'simple-json', nullable: true }) ref: ContainerRef | null;
  @Column({ type: 'text', nullable: true }) reason: string | null;
  @Column({ type: 'simple-json' }) steps: readonly ContainerStep[];
  @Column({ name: 'started_at', type: 'integer', nullable: true }) startedAt: number | null;
  /** Whether what waits for it may start it again: not when somebody stopped it. */
  @Column({ name: 'may_wake', type: 'boolean', default: true }) mayWake: boolean;
  /** How often it has ended by itself without getting anywhere in between. */
  @Column({ name: 'ends_in_a_row', type: 'integer', default: 0 }) endsInARow: number;
  @Column({ name: 'ended_at', type: 'integer', nullable: true }) endedAt: number | null;
  /** Of the last start; null where that is not known, or where there is none. */
  @Column({ type: 'simple-json', nullable: true }) image: ContainerImage | null;
  /** Whether the next start looks for a newer image first. */
  @Column({ name: 'pulls_image', type: 'boolean', default: false }) pullsImage: boolean;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}

export type Container = Readonly<ContainerEntity>;
export type ContainerChanges = Partial<Omit<Container, 'sessionId' | 'provider' | 'updatedAt'>>;
