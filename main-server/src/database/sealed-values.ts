import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Secrets } from './secrets.ts';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const version = 'v1';

/**
 * Values that a stolen copy of the database must not give away. Their key is CODEX_WEBAPP_SECRET, which is kept beside
 * the database and not in it.
 */
@Injectable()
export class SealedValues {
  private readonly key: Buffer;

  constructor(secrets: Secrets) {
    this.key = Buffer.from(
      hkdfSync('sha256', secrets.webappSecret, '', 'codex-webapp sealed values', keyBytes),
    );
  }

  /** `place` says what it is the value of: put into another place it cannot be opened. */
  seal(place: string, value: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.key, nonce).setAAD(Buffer.from(place));
    const content = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64url')}`;
  }

  /** Null for what was sealed with another secret or for another place, or was changed since. */
  open(place: string, sealed: string): string | null {
    const [found, text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    if (found !== version || bytes.length < nonceBytes + tagBytes) return null;
    const decipher = createDecipheriv(algorithm, this.key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      const content = bytes.subarray(nonceBytes + tagBytes);
      return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }
}
