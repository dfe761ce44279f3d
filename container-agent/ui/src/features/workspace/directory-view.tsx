import type { WorkspaceEntry } from '@codex-webapp/contracts/workspace';
import { Banner, EmptyState, ErrorState, formatBytes, IconButton, Skeleton, Spinner } from '@codex-webapp/ui';
import {
  ChevronRight,
  CornerLeftUp,
  FileQuestion,
  FileText,
  Folder,
  FolderOpen,
  Link2,
  RefreshCw,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useDirectory } from './use-directory.ts';

type Props = {
  path: string;
  revision: number;
  onEnter: (path: string) => void;
  onOpen: (path: string) => void;
};

export function DirectoryView({ path, revision, onEnter, onOpen }: Props) {
  const { list, problem, isLoading, reload } = useDirectory(path, revision);
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-11 shrink-0 items-center gap-1 border-b border-border pr-2 pl-3">
        <Breadcrumbs path={path} onEnter={onEnter} />
        <IconButton label="Reload" size="sm" onClick={reload} side="bottom">
          {isLoading ? <Spinner /> : <RefreshCw aria-hidden />}
        </IconButton>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-1.5">
        {problem !== null && (
          <ErrorState title={problem.title} onRetry={problem.canRetry ? reload : undefined}>
            {problem.message}
          </ErrorState>
        )}
        {problem === null && list === null && <LoadingDirectory />}
        {problem === null && list !== null && (
          <>
            {path !== '' && (
              <Row icon={<CornerLeftUp aria-hidden />} onClick={() => onEnter(parentOf(path))}>
                ..
              </Row>
            )}
            {list.entries.length === 0 && (
              <EmptyState icon={<FolderOpen aria-hidden />} title="Nothing here yet">
                Files that the agent makes show here.
              </EmptyState>
            )}
            <ul>
              {list.entries.map((entry) => (
                <li key={entry.name}>
                  <EntryRow entry={entry} onEnter={onEnter} onOpen={onOpen} />
                </li>
              ))}
            </ul>
            {list.isTruncated && (
              <Banner className="m-1.5">
                Only the first {list.entries.length.toLocaleString('en')} entries are shown.
              </Banner>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function Breadcrumbs({ path, onEnter }: { path: string; onEnter: (path: string) => void }) {
  const names = path === '' ? [] : path.split('/');
  return (
    <nav aria-label="Path" className="flex min-w-0 flex-1 items-center overflow-hidden text-13">
      <Crumb isCurrent={names.length === 0} onClick={() => onEnter('')}>
        Workspace
      </Crumb>
      {names.map((name, index) => {
        const target = names.slice(0, index + 1).join('/');
        return (
          <span key={target} className="flex min-w-0 items-center">
            <ChevronRight aria-hidden className="size-3.5 shrink-0 text-faint" />
            <Crumb isCurrent={index === names.length - 1} onClick={() => onEnter(target)}>
              {name}
            </Crumb>
          </span>
        );
      })}
    </nav>
  );
}

type CrumbProps = {
  isCurrent: boolean;
  onClick: () => void;
  children: string;
};

function Crumb({ isCurrent, onClick, children }: CrumbProps) {
  if (isCurrent) {
    return (
      <span aria-current="page" className="truncate px-1.5 font-medium text-text">
        {children}
      </span>
    );
  }
  return (
    <button
      type="button"
      onClick={onClick}
      className="truncate rounded px-1.5 py-0.5 text-muted hover:bg-surface-hover hover:text-text focus-visible:-outline-offset-2"
    >
      {children}
    </button>
  );
}

const icons = {
  directory: <Folder aria-hidden className="text-accent-ink" />,
  file: <FileText aria-hidden />,
  link: <Link2 aria-hidden />,
  other: <FileQuestion aria-hidden />,
};

type EntryProps = {
  entry: WorkspaceEntry;
  onEnter: (path: string) => void;
  onOpen: (path: string) => void;
};

function EntryRow({ entry, onEnter, onOpen }: EntryProps) {
  const { name, path, type, sizeBytes } = entry;
  if (type === 'directory') {
    return (
      <Row icon={icons[type]} onClick={() => onEnter(path)}>
        {name}
      </Row>
    );
  }
  // Links are not followed by anyone, and devices are nothing to read.
  const note = type === 'link' ? 'link' : 'special';
  return (
    <Row
      icon={icons[type]}
      note={type === 'file' && sizeBytes !== null ? formatBytes(sizeBytes) : note}
      onClick={type === 'file' ? () => onOpen(path) : undefined}
    >
      {name}
    </Row>
  );
}

type RowProps = {
  icon: ReactNode;
  note?: string;
  /** Absent for what cannot be opened. */
  onClick?: () => void;
  children: string;
};

function Row({ icon, note, onClick, children }: RowProps) {
  return (
    <button
      type="button"
      disabled={onClick === undefined}
      onClick={onClick}
      title={children}
      className="flex w-full items-center gap-2.5 rounded-md px-2 py-1 text-left text-13 text-text enabled:hover:bg-surface-hover focus-visible:-outline-offset-2 disabled:text-muted pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg:not([class*=text-])]:text-muted"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {note !== undefined && <span className="shrink-0 text-xs text-faint tabular-nums">{note}</span>}
    </button>
  );
}

function LoadingDirectory() {
  return (
    <div className="flex flex-col gap-2.5 p-2">
      <Spinner label="Loading the files" className="sr-only" />
      {['w-1/3', 'w-1/2', 'w-2/5', 'w-3/5'].map((width) => (
        <Skeleton key={width} className={width} />
      ))}
    </div>
  );
}

function parentOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}
