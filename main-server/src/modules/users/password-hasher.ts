import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import argon2 from 'argon2';

/** OWASP's floor for argon2id. One hash takes about 12 ms of one core and 19 MiB. */
const parameters = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const concurrentMax = 2;
const waitingMax = 16;

/** Hashes passwords without letting a crowd of logins take the machine. */
@Injectable()
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  /** @throws login.busy */
  hash(password: string): Promise<string> {
    return this.inTurn(() => argon2.hash(password.normalize('NFKC'), parameters));
  }

  /** @throws login.busy */
  verify(hash: string, password: string): Promise<boolean> {
    return this.inTurn(() => argon2.verify(hash, password.normalize('NFKC')));
  }

  /** As much work as `verify`, for a user who does not exist. Always false. @throws login.busy */
  async verifyNobody(password: string): Promise<false> {
    this.decoy ??= argon2.hash('nobody has this password', parameters);
    await this.verify(await this.decoy, password);
    return false;
  }

  /** Whether the hash was made with weaker parameters than today's. */
  isOutdated(hash: string): boolean {
    return argon2.needsRehash(hash, parameters);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= concurrentMax) await this.takeTurn();
    else this.running += 1;
    try {
      return await work();
    } finally {
      // The turn goes to whoever waits, so that nobody who comes later overtakes.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private takeTurn(): Promise<void> {
    if (this.waiting.length >= waitingMax) {
      throw new DomainError('login.busy', {
        message: 'Too many logins at the same time: try again in a moment.',
      });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
