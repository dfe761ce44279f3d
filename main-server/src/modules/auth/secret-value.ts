import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, safe in a cookie, a header and a URL. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored instead of a secret of `makeSecret`. Enough without a salt: nobody guesses 256 bits. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
