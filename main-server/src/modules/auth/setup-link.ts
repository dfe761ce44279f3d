import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PublicOrigin } from '../../common/public-origin.ts';
import { hashSecret, makeSecret } from './secret-value.ts';

/** The one-time link that makes the first admin: another one at each start of the server. */
@Injectable()
export class SetupLink {
  private readonly token = makeSecret();

  constructor(private readonly origin: PublicOrigin) {}

  /** The token stands in the fragment, which no server and no log gets to see. */
  get url(): string {
    return `${this.origin.app}/setup#${this.token}`;
  }

  isRight(token: string): boolean {
    return timingSafeEqual(Buffer.from(hashSecret(token)), Buffer.from(hashSecret(this.token)));
  }
}
