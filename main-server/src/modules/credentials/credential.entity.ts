import type { CredentialKind } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('credentials')
export class CredentialEntity {
  @PrimaryColumn({ name: 'user_id', type: 'text' }) userId: string;
  @PrimaryColumn({ type: 'text' }) agent: string;
  @PrimaryColumn({ type: 'text' }) kind: CredentialKind;
  @Column({ type: 'text' }) sealed: string;
  @Column({ name: 'refused_at', type: 'integer', nullable: true }) refusedAt: number | null;
  @Column({ name: 'last_used_at', type: 'integer', nullable: true }) lastUsedAt: number | null;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}

/** A row as it was read; a changed one is another object. */
export type Credential = Readonly<CredentialEntity>;
