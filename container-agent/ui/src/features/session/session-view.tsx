import { toast } from '@codex-webapp/ui';
import {
  BlobContext,
  ConversationContext,
  LinkContext,
  useConversationStore,
  type OpenSource,
} from '@codex-webapp/ui/conversation';
import { useMemo } from 'react';
import type { Bridge } from '../../lib/bridge.ts';
import { sessionBlobs } from '../../lib/session-blobs.ts';
import { sessionApi } from '../../lib/session-api.ts';
import { WorkspacePanel } from '../workspace/index.ts';
import { useAgents } from './use-agents.ts';
import { SessionLayout } from './session-layout.tsx';
import { useBridge } from './use-bridge.ts';

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
        <ConversationContext value={context}>
          <SessionLayout files={<WorkspacePanel revision={finishedTurns} />} isFramed={isFramed} />
        </ConversationContext>
      </BlobContext>
    </LinkContext>
  );
}
