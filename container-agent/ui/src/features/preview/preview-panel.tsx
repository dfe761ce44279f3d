import type { ListeningPort } from '@codex-webapp/contracts/ports';
import { EmptyState, ErrorState, IconButton, Spinner, toast } from '@codex-webapp/ui';
import { LinkContext } from '@codex-webapp/ui/conversation';
import { AppWindow, ArrowLeft, ExternalLink, RefreshCw } from 'lucide-react';
import { useContext, useRef, useState } from 'react';
import { portsApi } from '../../lib/ports-api.ts';
import { PreviewFrame } from './preview-frame.tsx';
import { usePorts } from './use-ports.ts';

/** The ports the session listens on, and one of them opened. */
export function PreviewPanel() {
  const root = useRef<HTMLDivElement>(null);
  const { ports, problem, reload } = usePorts(root);
  const [port, setPort] = useState<number | null>(null);
  const [round, setRound] = useState(0);
  const openLink = useContext(LinkContext);

  const openInTab = async (): Promise<void> => {
    if (port === null) return;
    try {
      openLink?.((await portsApi.enter(port)).url);
    } catch (error) {
      toast({ tone: 'danger', title: error instanceof Error ? error.message : 'That did not work.' });
    }
  };

  return (
    <div ref={root} className="flex h-full flex-col">
      <div className="flex h-11 shrink-0 items-center gap-1 border-b border-border px-2">
        {port === null ? (
          <h2 className="flex-1 px-1 text-13 font-medium text-text">Ports</h2>
        ) : (
          <>
            <IconButton label="All ports" size="sm" side="bottom" onClick={() => setPort(null)}>
              <ArrowLeft aria-hidden />
            </IconButton>
            <h2 className="flex-1 truncate px-1 text-13 font-medium text-text">Port {port}</h2>
            <IconButton label="Load again" size="sm" side="bottom" onClick={() => setRound(round + 1)}>
              <RefreshCw aria-hidden />
            </IconButton>
            {openLink !== null && (
              <IconButton label="Open in a tab" size="sm" side="bottom" onClick={() => void openInTab()}>
                <ExternalLink aria-hidden />
              </IconButton>
            )}
          </>
        )}
      </div>
      {port === null ? (
        <PortList ports={ports} problem={problem} onOpen={setPort} onRetry={reload} />
      ) : (
        <PreviewFrame key={`${port}:${round}`} port={port} />
      )}
    </div>
  );
}

type ListProps = {
  ports: readonly ListeningPort[] | null;
  problem: string | null;
  onOpen: (port: number) => void;
  onRetry: () => void;
};

function PortList({ ports, problem, onOpen, onRetry }: ListProps) {
  if (problem !== null) {
    return (
      <ErrorState title="The ports cannot be listed" onRetry={onRetry}>
        {problem}
      </ErrorState>
    );
  }
  if (ports === null) {
    return (
      <div className="grid flex-1 place-items-center text-muted">
        <Spinner label="Looking for ports" />
      </div>
    );
  }
  if (ports.length === 0) {
    return (
      <EmptyState icon={<AppWindow aria-hidden />} title="Nothing listens yet">
        Start a server in the session, and its port shows here.
      </EmptyState>
    );
  }
  return (
    <ul className="min-h-0 flex-1 overflow-y-auto p-1.5">
      {ports.map(({ port, processName, canPreview }) => (
        <li key={port}>
          <button
            type="button"
            disabled={!canPreview}
            onClick={() => onOpen(port)}
            className="flex w-full items-center gap-2.5 rounded-md px-2 py-1 text-left text-13 text-text enabled:hover:bg-surface-hover focus-visible:-outline-offset-2 disabled:text-muted pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
          >
            <AppWindow aria-hidden />
            <span className="tabular-nums">{port}</span>
            <span className="min-w-0 flex-1 truncate text-muted">{processName}</span>
            {!canPreview && <span className="shrink-0 text-xs text-faint">not on localhost</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
