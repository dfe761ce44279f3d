import { toast } from '@codex-webapp/ui';
import {
  BlobContext,
  ConversationContext,
  LinkContext,
  TurnEventsContext,
  useConversationStore,
  WorkspaceContext,
  type OpenSource,
} from '@codex-webapp/ui/conversation';
import { lazy, useMemo } from 'react';
import type { Bridge } from '../../lib/bridge.ts';
import { sessionBlobs } from '../../lib/session-blobs.ts';
import { sessionTurnEvents } from '../../lib/session-turn-events.ts';
import { sessionApi } from '../../lib/session-api.ts';
import { sessionWorkspace } from '../../lib/session-workspace.ts';
import { PreviewPanel } from '../preview/index.ts';
import { WorkspacePanel } from '../workspace/index.ts';
import { useAgents } from './use-agents.ts';
import { SessionLayout } from './session-layout.tsx';
import { useBridge } from './use-bridge.ts';

// Loaded when it is first looked at: a terminal is more code than all the rest.
const TerminalPanel = lazy(async () => {
  const { TerminalPanel: component } = await import('../terminal/index.ts');
  return { default: component };
});

type Props = {
  bridge: Bridge;
  openSource: OpenSource;
  /** Whether a page around this one opens links. */
  isFramed: boolean;
};

function showProblem(message: string): void {
  toast({ tone: 'danger', title: message });
}

export function SessionView({ bridge, openSource, isFramed }: Props) {
  const { enterSends } = useBridge(bridge);
  const { conversation, connection, actions } = useConversationStore({
    api: sessionApi,
    openSource,
    onProblem: showProblem,
  });
  const agents = useAgents(isFramed);
  const context = useMemo(
    () => ({ conversation, connection, actions, agents, enterSends }),
    [conversation, connection, actions, agents, enterSends],
  );
  const openLink = useMemo(
    () => (isFramed ? (url: string) => bridge.send({ type: 'OPEN_LINK', url }) : null),
    [bridge, isFramed],
  );
  const finishedTurns = conversation.messages.length;

  return (
    <LinkContext value={openLink}>
      <BlobContext value={isFramed ? sessionBlobs : null}>
        <TurnEventsContext value={isFramed ? sessionTurnEvents : null}>
          <ConversationContext value={context}>
            <WorkspaceContext value={isFramed ? sessionWorkspace : null}>
              <SessionLayout
                panels={{
                  files: <WorkspacePanel revision={finishedTurns} />,
                  terminal: <TerminalPanel />,
                  preview: <PreviewPanel />,
                }}
                isFramed={isFramed}
              />
            </WorkspaceContext>
          </ConversationContext>
        </TurnEventsContext>
      </BlobContext>
    </LinkContext>
  );
}
