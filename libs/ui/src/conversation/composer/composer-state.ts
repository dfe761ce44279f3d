import type { ConnectionState } from '../../realtime/connection-state.ts';
import type { ConversationState } from '../conversation-state.ts';

export interface ComposerState {
  readonly isEnabled: boolean;
  /** In the empty field: what happens with what is typed, or why nothing can be. */
  readonly hint: string;
}

/** Whether the user can write now. A lost connection does not stop anyone: the prompt says itself whether it arrived. */
export function toComposerState(
  conversation: ConversationState,
  connection: ConnectionState,
  isRunning: boolean,
): ComposerState {
  const { session, container, isLoaded } = conversation;
  if (connection.phase === 'ended') return { isEnabled: false, hint: 'This page is no longer connected.' };
  if (!isLoaded || session === null) return { isEnabled: false, hint: 'Loading the conversation…' };
  if (session.archivedAt !== null) {
    return { isEnabled: false, hint: 'This session is archived. Bring it back from the archive to go on.' };
  }
  if (isRunning) return { isEnabled: true, hint: 'Write what comes next. It waits its turn.' };
  if (container?.status === 'creating') {
    return { isEnabled: true, hint: 'The container starts. What you send waits for it.' };
  }
  if (container?.status === 'error') {
    return { isEnabled: true, hint: 'What you send is kept, and starts the container again.' };
  }
  const isAsleep = container?.status === 'stopped' || container?.status === 'absent';
  if (isAsleep) return { isEnabled: true, hint: 'The session sleeps. What you send wakes it.' };
  if (session.agent === 'shell') return { isEnabled: true, hint: 'Type a command, e.g. ls -la' };
  return { isEnabled: true, hint: 'What should be done?' };
}
