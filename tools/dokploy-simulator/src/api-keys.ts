import { randomBytes } from 'node:crypto';
import { Caller, type Role } from './caller.ts';

/** One request verifies its key twice. */
const verificationsPerRequest = 2;
/** What a key gets that was made through the API without a word on limits; per day. */
const defaultVerifications = 10;

export interface KeyOptions {
  /** Whether it has the limit of keys that are made without a word on limits. */
  readonly isLimited?: boolean;
  /** Of the user whose key it is. */
  readonly role?: Role;
}

interface Key {
  left: number;
  readonly caller: Caller;
}

export class ApiKeys {
  private readonly keys = new Map<string, Key>();

  constructor(key: string) {
    this.keys.set(key, { left: Infinity, caller: new Caller('owner') });
  }

  create({ isLimited = false, role = 'owner' }: KeyOptions = {}): string {
    const key = randomBytes(48).toString('base64url').slice(0, 64);
    this.keys.set(key, { left: isLimited ? defaultVerifications : Infinity, caller: new Caller(role) });
    return key;
  }

  revoke(key: string): void {
    this.keys.delete(key);
  }

  /** Null for a no, whose reason it keeps to itself: wrong, disabled, expired and used up are answered alike. */
  verify(key: string | undefined): Caller | null {
    const known = key === undefined ? undefined : this.keys.get(key);
    if (known === undefined || known.left < verificationsPerRequest) return null;
    known.left -= verificationsPerRequest;
    return known.caller;
  }
}
