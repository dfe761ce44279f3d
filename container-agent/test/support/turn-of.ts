import { randomUUID } from 'node:crypto';

const fileId = randomUUID().slice(0, 8);

/**
 * The id of the turn of a prompt. Another one in each file of tests: processes are known by the turn they belong to, and
 * files run at the same time.
 */
export function turnOf(promptId: string): string {
  return `turn-${fileId}-${promptId}`;
}
