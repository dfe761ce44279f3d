import { Button, cn, Spinner, StatusDot, type ShownStatus } from '@codex-webapp/ui';
import { Conversation, useConversation } from '@codex-webapp/ui/conversation';
import { AppWindow, Folder, MessageSquare, SquareTerminal } from 'lucide-react';
import { Suspense, useState, type ReactNode } from 'react';

export const panelNames = ['files', 'terminal', 'preview'] as const;
export type PanelName = (typeof panelNames)[number];

type Props = {
  /** What each panel shows. It is mounted when it is first looked at, and stays. */
  panels: Readonly<Record<PanelName, ReactNode>>;
  /** Whether the page around this one says already how the session is. */
  isFramed: boolean;
};

const panelLooks = {
  files: { title: 'Files', icon: <Folder aria-hidden />, width: 'panel:w-[min(30rem,42vw)]' },
  terminal: { title: 'Terminal', icon: <SquareTerminal aria-hidden />, width: 'panel:w-[min(46rem,52vw)]' },
  preview: { title: 'Preview', icon: <AppWindow aria-hidden />, width: 'panel:w-[min(46rem,52vw)]' },
} as const satisfies Record<PanelName, { title: string; icon: ReactNode; width: string }>;

/**
 * The conversation with a panel beside it. On a phone there is room for one: the bar chooses. All stay mounted, so that a
 * draft, an open file, a shell and a scroll position survive the change; crossing the width re-mounts nothing.
 */
export function SessionLayout({ panels, isFramed }: Props) {
  /** On a phone the panel is the whole page, and null the conversation. */
  const [panel, setPanel] = useState<PanelName | null>(null);
  // Once they were looked at: whoever never does costs the container nothing.
  const [mounted, setMounted] = useState<ReadonlySet<PanelName>>(new Set());

  const show = (next: PanelName | null) => {
    setPanel(next);
    if (next !== null && !mounted.has(next)) setMounted(new Set([...mounted, next]));
  };

  return (
    <div className="flex h-dvh flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-b panel:h-10 border-border bg-surface px-3">
        {!isFramed && <SessionStatusLine />}
        <span className="flex-1 max-panel:hidden" />
        <nav
          aria-label="Views"
          className="flex min-w-0 gap-0.5 rounded-lg bg-surface-active p-0.5 max-panel:flex-1 panel:hidden"
        >
          <ViewButton isActive={panel === null} onClick={() => show(null)}>
            <MessageSquare aria-hidden /> Chat
          </ViewButton>
          {panelNames.map((name) => (
            <ViewButton key={name} isActive={panel === name} onClick={() => show(name)}>
              {panelLooks[name].icon} {panelLooks[name].title}
            </ViewButton>
          ))}
        </nav>
        {panelNames.map((name) => (
          <Button
            key={name}
            size="sm"
            variant="ghost"
            aria-label={`${panel === name ? 'Hide' : 'Show'} ${panelLooks[name].title.toLowerCase()}`}
            aria-pressed={panel === name}
            className="hidden aria-pressed:bg-surface-active panel:inline-flex"
            onClick={() => show(panel === name ? null : name)}
          >
            {panelLooks[name].icon} {panelLooks[name].title}
          </Button>
        ))}
      </header>
      <div className="flex min-h-0 flex-1">
        <main className={cn('min-w-0 flex-1 panel:block', panel !== null && 'hidden')}>
          <Conversation />
        </main>
        {panelNames.map((name) => (
          <aside
            key={name}
            aria-label={panelLooks[name].title}
            className={cn(
              'min-w-0 bg-surface max-panel:flex-1 panel:border-l panel:border-border',
              panelLooks[name].width,
              panel !== name && 'hidden',
            )}
          >
            {mounted.has(name) && <Suspense fallback={<LoadingPanel />}>{panels[name]}</Suspense>}
          </aside>
        ))}
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
      className="inline-flex h-7 min-w-0 flex-1 items-center justify-center gap-1.5 rounded-md px-1 text-13 font-medium text-muted aria-pressed:bg-surface-raised aria-pressed:text-text aria-pressed:shadow-raised pointer-coarse:h-9 [&_svg]:size-3.5 [&_svg]:shrink-0"
    >
      {children}
    </button>
  );
}

function LoadingPanel() {
  return (
    <div className="grid h-full place-items-center text-muted">
      <Spinner label="Loading" />
    </div>
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
