import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('logins')
export class LoginEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'secret_hash', type: 'text', unique: true }) secretHash: string;
  @Column({ name: 'user_id', type: 'text' }) userId: string;
  @Column({ name: 'user_agent', type: 'text' }) userAgent: string;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'last_seen_at', type: 'integer' }) lastSeenAt: number;
  /** The absolute end; without use it ends earlier. */
  @Column({ name: 'expires_at', type: 'integer' }) expiresAt: number;
}
