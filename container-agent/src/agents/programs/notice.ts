import type { AgentEvent } from '../agent-driver.ts';

const textMaxLength = 4_000;

/** A line in the conversation that is not the agent's. */
export function notice(level: 'info' | 'warning', text: string): AgentEvent {
  return { type: 'notice.raised', level, text: text.slice(0, textMaxLength) };
}
