import type { UserRole } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('users')
export class UserEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'text' }) username: string;
  /** What a name is compared by, see `usernameKey`. */
  @Column({ name: 'username_key', type: 'text', unique: true }) usernameKey: string;
  @Column({ name: 'password_hash', type: 'text' }) passwordHash: string;
  @Column({ type: 'text' }) role: UserRole;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}
