import type { UserResponse } from '@codex-webapp/contracts';
import type { User } from './user.ts';

export function toUserResponse(user: User): UserResponse {
  return {
    id: user.id,
    username: user.username,
    role: user.role,
    createdAt: new Date(user.createdAt).toISOString(),
  };
}
