import { randomUUID } from 'node:crypto';
import type { PermissionMode } from '@codex-webapp/contracts';
import type { AgentTurn } from '../agent-driver.ts';

/** What codex's own terminal says for the user who agrees with a plan. */
export const planGoAhead = 'Implement the plan.';

/** Asks whether a proposed plan is carried out, and how much it may do then. Null: not now. */
export async function askGoAhead(turn: AgentTurn): Promise<PermissionMode | null> {
  const answer = await turn.ask({
    type: 'permission.requested',
    agentRequestId: randomUUID(),
    title: 'Codex proposes this plan. Shall it go ahead?',
    options: [
      { optionId: 'full-auto', name: 'Go ahead', kind: 'allow_always' },
      { optionId: 'ask-first', name: 'Go ahead, and ask before each step', kind: 'allow_once' },
      { optionId: 'keep', name: 'Not yet', kind: 'reject_once' },
    ],
  });
  if (!answer || !('optionId' in answer)) return null;
  return answer.optionId === 'full-auto' || answer.optionId === 'ask-first' ? answer.optionId : null;
}
