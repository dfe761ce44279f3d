export const userLimits = {
  nameMinLength: 1,
  nameMaxLength: 64,
  /** Letters, digits and `._@-`, as in an e-mail address, so that a name is safe in a log line and in a URL. */
  namePattern: /^[\p{L}\p{N}._@-]+$/u,
} as const;

export const userRoles = ['admin', 'user'] as const;
export type UserRole = (typeof userRoles)[number];

export interface UserResponse {
  readonly id: string;
  readonly username: string;
  readonly role: UserRole;
  readonly createdAt: string;
}

/** `POST /api/users`, for admins. */
export interface CreateUserRequest {
  readonly username: string;
  readonly password: string;
  readonly role?: UserRole;
}

export interface UserListResponse {
  readonly users: readonly UserResponse[];
}
