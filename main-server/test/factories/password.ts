import { PasswordHasher } from '../../src/modules/users/password-hasher.ts';

const password = 'correct horse battery staple';
let hash: Promise<string> | undefined;

/** A password everybody in the tests has, hashed once. */
export async function testPasswordHash(): Promise<{
  readonly password: string;
  readonly passwordHash: string;
}> {
  hash ??= new PasswordHasher().hash(password);
  return { password, passwordHash: await hash };
}
