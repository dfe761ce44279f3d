'use client';

import type { AgentSummary } from '@codex-webapp/contracts/agents';
import { createContext, useContext } from 'react';
import type { ConnectionState } from '../realtime/connection-state.ts';
import type { ConversationActions } from './conversation-actions.ts';
import type { ConversationState } from './conversation-state.ts';

export interface ConversationContextValue {
  readonly conversation: ConversationState;
  readonly connection: ConnectionState;
  readonly actions: ConversationActions;
  /** What the agent picker offers; none hides it, where nobody could change the agent. */
  readonly agents: readonly AgentSummary[];
  /** Whether Enter sends; else Ctrl or Cmd with Enter does. */
  readonly enterSends: boolean;
}

export const ConversationContext = createContext<ConversationContextValue | null>(null);

export function useConversation(): ConversationContextValue {
  const value = useContext(ConversationContext);
  if (value === null) throw new Error('useConversation needs a ConversationContext above it');
  return value;
}
