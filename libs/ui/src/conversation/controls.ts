import type { AgentControls, AgentSummary, PermissionMode } from '@codex-webapp/contracts/agents';
import type { ConversationState } from './conversation-state.ts';

/** What can be chosen of the session's agent; null while nobody has heard it tell. */
export function controlsOf({ session, controls }: ConversationState): AgentControls | null {
  return controls.find(({ agent }) => agent === session?.agent) ?? null;
}

/** What the agent can be told about permissions, as it says itself, else as its kind does. */
export function permissionModesOf(
  conversation: ConversationState,
  agents: readonly AgentSummary[],
): readonly PermissionMode[] {
  const told = controlsOf(conversation)?.permissionModes;
  const summary = agents.find(({ id }) => id === conversation.session?.agent);
  return told ?? summary?.permissionModes ?? ['full-auto', 'ask-first'];
}

/** Whether the session's agent looks at images; a shell runs what is written and looks at nothing. */
export function takesImages(conversation: ConversationState): boolean {
  const models = controlsOf(conversation)?.models ?? [];
  const chosen = conversation.session?.model ?? null;
  const model = models.find(({ id, isDefault }) => (chosen === null ? isDefault : id === chosen));
  return model?.takesImages ?? true;
}
