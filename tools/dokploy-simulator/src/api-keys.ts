import { randomBytes } from 'node:crypto';

/** One request verifies its key twice. */
const verificationsPerRequest = 2;
/** What a key gets that was made through the API without a word on limits; per day. */
const defaultVerifications = 10;

export class ApiKeys {
  private readonly left = new Map<string, number>();

  constructor(key: string) {
    this.left.set(key, Infinity);
  }

  create(isLimited: boolean): string {
    const key = randomBytes(48).toString('base64url').slice(0, 64);
    this.left.set(key, isLimited ? defaultVerifications : Infinity);
    return key;
  }

  revoke(key: string): void {
    this.left.delete(key);
  }

  /** Why it says no it keeps to itself: wrong, disabled, expired and used up are answered alike. */
  verify(key: string | undefined): boolean {
    const left = key === undefined ? undefined : this.left.get(key);
    if (key === undefined || left === undefined || left < verificationsPerRequest) return false;
    this.left.set(key, left - verificationsPerRequest);
    return true;
  }
}
