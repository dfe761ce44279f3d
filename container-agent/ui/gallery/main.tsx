import { builtInAgents } from '@codex-webapp/contracts/agents';
import { themeStore } from '@codex-webapp/ui';
import {
  ConversationContext,
  type ConversationActions,
  type ConversationState,
} from '@codex-webapp/ui/conversation';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionLayout } from '../src/features/session/session-layout.tsx';
import { WorkspacePanel } from '../src/features/workspace/index.ts';
import { edgeStates } from './edge-states.ts';
import { serveFiles } from './serve-files.ts';
import { turnStates, type GalleryState } from './turn-states.ts';
import '../src/styles.css';

/** Every state of the session UI, by name: `gallery.html?state=plan&theme=dark`. For looking at; never built. */
function Gallery({ shown }: { shown: GalleryState }) {
  const [conversation] = useState<ConversationState>(shown.conversation);
  const connection = shown.connection ?? { phase: 'open', showsBanner: false };
  return (
    <ConversationContext
      value={{ conversation, connection, actions: idleActions, agents: builtInAgents, enterSends: true }}
    >
      <SessionLayout
        panels={{ files: <WorkspacePanel revision={0} />, terminal: null, preview: null }}
        isFramed={false}
      />
    </ConversationContext>
  );
}

const idleActions: ConversationActions = {
  sendPrompt: () => {},
  retryPrompt: () => {},
  discardPrompt: () => {},
  removePrompt: () => {},
  editPrompt: () => Promise.resolve(),
  movePrompt: () => {},
  sendPromptNow: () => {},
  resumeQueue: () => {},
  interrupt: () => Promise.resolve(),
  answer: () => Promise.resolve(),
  sendKeptAnswer: () => Promise.resolve(),
  updateSession: () => Promise.resolve(),
  startContainer: () => {},
  preparation: null,
  loadOlder: () => {},
  retryConnection: () => {},
  reportProblem: () => {},
};

const states = { ...turnStates, ...edgeStates };
const query = new URLSearchParams(location.search);
serveFiles();
themeStore.show(query.get('theme') === 'dark' ? 'dark' : 'light');
const shown = states[query.get('state') ?? 'answer'];
const root = document.getElementById('root');
if (root === null || shown === undefined) {
  document.body.textContent = `States: ${Object.keys(states).join(', ')}`;
} else {
  createRoot(root).render(<Gallery shown={shown()} />);
}
