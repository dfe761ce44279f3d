import type { Repository } from 'typeorm';
import { findRows } from '../../database/find-rows.ts';
import type { Turn, TurnEntity } from './turn.entity.ts';

/** The turn of the session that began last; null before the first. */
export async function findNewestTurn(turns: Repository<TurnEntity>, sessionId: string): Promise<Turn | null> {
  const [newest] = await findRows(turns, { where: { sessionId }, order: { startedAt: 'DESC' }, limit: 1 });
  return newest ?? null;
}
