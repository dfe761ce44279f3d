import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { bearerOf, type CredentialRequest } from '../../common/bearer.ts';
import { metricsTokenConfig } from './metrics-token.config.ts';

/** The credential of a collector of metrics: good for them alone, and of no user. */
@Injectable()
export class MetricsToken {
  private readonly hash: Buffer | null;

  constructor(@Inject(metricsTokenConfig.KEY) { token }: ConfigType<typeof metricsTokenConfig>) {
    this.hash = token === null ? null : hashOf(token);
  }

  /** False also where none is configured. */
  isOf(request: CredentialRequest): boolean {
    const token = bearerOf(request);
    return this.hash !== null && token !== null && timingSafeEqual(this.hash, hashOf(token));
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
