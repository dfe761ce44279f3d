import type { UserEntity } from './user.entity.ts';

/** A user's row, as other modules read it. Holds the password's hash: never answered as it is. */
export type User = Readonly<UserEntity>;

/** Two names with the same key would look alike, so only one of them can exist. */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}
