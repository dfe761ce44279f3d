import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What became of the sealed values of one table. */
export interface ResealedRows {
  readonly resealed: number;
  readonly unreadable: number;
}

/** Puts the sealed values of a table under the current key, within the transaction of `manager`. */
export type Reseal = (manager: EntityManager) => Promise<ResealedRows>;

/** Everything that is sealed in the database. Whoever keeps something sealed registers here. */
@Injectable()
export class SealedRows {
  private readonly sources: Reseal[] = [];

  register(reseal: Reseal): void {
    this.sources.push(reseal);
  }

  async reseal(manager: EntityManager): Promise<ResealedRows> {
    const sum = { resealed: 0, unreadable: 0 };
    for (const source of this.sources) {
      const { resealed, unreadable } = await source(manager);
      sum.resealed += resealed;
      sum.unreadable += unreadable;
    }
    return sum;
  }
}
