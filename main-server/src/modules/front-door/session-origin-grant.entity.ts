import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A browser that entered a session's origin. Goes with its login, its user or its session. */
@Entity('session_origin_grants')
export class SessionOriginGrantEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'secret_hash', type: 'text', unique: true }) secretHash: string;
  @Column({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ name: 'user_id', type: 'text' }) userId: string;
  @Column({ name: 'login_id', type: 'text' }) loginId: string;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'expires_at', type: 'integer' }) expiresAt: number;
}
