import type { AgentEvent } from '../agent-driver.ts';
import { notice } from './notice.ts';

/** What an agent works with, as it calls it; null where it has not said. */
export interface Chosen {
  readonly model: string | null;
  readonly mode: string | null;
}

/**
 * What an agent changed of itself during a turn: its model fell back to another one, say, or an approved plan ended its
 * plan mode. The next turn begins with what the user chose again.
 */
export function toSwitchNotices(agentName: string, before: Chosen, after: Chosen): AgentEvent[] {
  const notices: AgentEvent[] = [];
  if (isSwitch(before.model, after.model))
    notices.push(notice('info', `${agentName} switched from ${before.model} to ${after.model}.`));
  if (isSwitch(before.mode, after.mode))
    notices.push(notice('info', `${agentName} switched from its mode ${before.mode} to ${after.mode}.`));
  return notices;
}

function isSwitch(before: string | null, after: string | null): boolean {
  return before !== null && after !== null && before !== after;
}
