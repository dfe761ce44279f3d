import { Button, cn, StatusDot, type ShownStatus } from '@codex-webapp/ui';
import { Conversation, useConversation } from '@codex-webapp/ui/conversation';
import { MessageSquare, PanelRight, Folder } from 'lucide-react';
import { useState, type ReactNode } from 'react';

type Props = {
  files: ReactNode;
  /** Whether the page around this one says already how the session is. */
  isFramed: boolean;
};

type View = 'conversation' | 'files';

/**
 * The conversation with the files beside it. On a phone there is room for one: the bar chooses. Both stay mounted, so
 * that a draft, an open file and a scroll position survive the change; crossing the width re-mounts nothing.
 */
export function SessionLayout({ files, isFramed }: Props) {
  const [view, setView] = useState<View>('conversation');
  const [hasPanel, setHasPanel] = useState(false);
  // Once they were looked at: whoever never does costs the container nothing.
  const [showsFiles, setShowsFiles] = useState(false);
  if (!showsFiles && (hasPanel || view === 'files')) setShowsFiles(true);

  return (
    <div className="flex h-dvh flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b panel:h-10 border-border bg-surface px-3">
        {!isFramed && <SessionStatusLine />}
        <span className="flex-1 max-panel:hidden" />
        <nav
          aria-label="Views"
          className="flex gap-0.5 rounded-lg bg-surface-active p-0.5 max-panel:flex-1 panel:hidden"
        >
          <ViewButton isActive={view === 'conversation'} onClick={() => setView('conversation')}>
            <MessageSquare aria-hidden /> Chat
          </ViewButton>
          <ViewButton isActive={view === 'files'} onClick={() => setView('files')}>
            <Folder aria-hidden /> Files
          </ViewButton>
        </nav>
        <Button
          size="sm"
          variant="ghost"
          aria-label={hasPanel ? 'Hide files' : 'Show files'}
          aria-pressed={hasPanel}
          className="hidden aria-pressed:bg-surface-active panel:inline-flex"
          onClick={() => setHasPanel(!hasPanel)}
        >
          <PanelRight aria-hidden /> Files
        </Button>
      </header>
      <div className="flex min-h-0 flex-1">
        <main className={cn('min-w-0 flex-1 panel:block', view === 'files' && 'hidden')}>
          <Conversation />
        </main>
        <aside
          aria-label="Files"
          className={cn(
            'min-w-0 bg-surface max-panel:flex-1 panel:w-[min(30rem,42vw)] panel:border-l panel:border-border',
            view === 'conversation' && 'max-panel:hidden',
            !hasPanel && 'panel:hidden',
          )}
        >
          {showsFiles && files}
        </aside>
      </div>
    </div>
  );
}

type ViewButtonProps = {
  isActive: boolean;
  onClick: () => void;
  children: ReactNode;
};

function ViewButton({ isActive, onClick, children }: ViewButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={isActive}
      onClick={onClick}
      className="inline-flex h-7 flex-1 items-center justify-center gap-1.5 rounded-md px-2.5 text-13 font-medium text-muted aria-pressed:bg-surface-raised aria-pressed:text-text aria-pressed:shadow-raised pointer-coarse:h-9 [&_svg]:size-3.5"
    >
      {children}
    </button>
  );
}

function SessionStatusLine() {
  const { conversation } = useConversation();
  const { session, container } = conversation;
  if (session === null) return null;
  const isStarting = container?.status === 'creating' && session.status === 'stopped';
  const status: ShownStatus = isStarting ? 'starting' : session.status;
  return <StatusDot status={status} />;
}
