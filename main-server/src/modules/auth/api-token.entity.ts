import type { ApiTokenScope } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('api_tokens')
export class ApiTokenEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'user_id', type: 'text' }) userId: string;
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text' }) scope: ApiTokenScope;
  @Column({ name: 'secret_hash', type: 'text', unique: true }) secretHash: string;
  @Column({ type: 'text' }) hint: string;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'expires_at', type: 'integer' }) expiresAt: number;
  @Column({ name: 'last_used_at', type: 'integer', nullable: true }) lastUsedAt: number | null;
}
