import {
  Banner,
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  IconButton,
  Kbd,
  Skeleton,
  formatBytes,
} from '@codex-webapp/ui';
import { ArrowLeft, Binary, RefreshCw } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { useFile, type OpenFile } from './use-file.ts';

type Props = {
  path: string;
  onClose: () => void;
};

export function FileView({ path, onClose }: Props) {
  const open = useFile(path);
  const { file, problem, isDirty, isSaving, save, reload } = open;
  const [asksToClose, setAsksToClose] = useState(false);
  const name = path.split('/').at(-1) ?? path;

  return (
    <div className="flex h-full flex-col">
      <div className="flex h-11 shrink-0 items-center gap-1.5 border-b border-border px-2 pointer-coarse:h-13">
        <IconButton
          label="Back to the list"
          size="sm"
          side="bottom"
          onClick={() => (isDirty ? setAsksToClose(true) : onClose())}
        >
          <ArrowLeft aria-hidden />
        </IconButton>
        <h2 className="min-w-0 flex-1 truncate text-13 font-medium text-text" title={path}>
          {name}
          {isDirty && <span className="ml-1.5 font-normal text-muted">· not saved</span>}
        </h2>
        {file !== null && !isDirty && (
          <IconButton label="Reload" size="sm" side="bottom" onClick={reload}>
            <RefreshCw aria-hidden />
          </IconButton>
        )}
        {isDirty && (
          <Button size="sm" variant="primary" isBusy={isSaving} onClick={() => void save()}>
            Save{' '}
            <Kbd className="border-transparent bg-transparent text-on-accent pointer-coarse:hidden">
              Ctrl S
            </Kbd>
          </Button>
        )}
      </div>
      <SaveProblem open={open} />
      {problem !== null && file === null && (
        <ErrorState title={problem.title} onRetry={problem.canRetry ? reload : undefined}>
          {problem.message}
        </ErrorState>
      )}
      {problem === null && file === null && <LoadingFile />}
      {file?.isBinary === true && (
        <EmptyState icon={<Binary aria-hidden />} title="Not a text">
          {name} is a binary file of {formatBytes(file.sizeBytes)}.
        </EmptyState>
      )}
      {file !== null && !file.isBinary && <Editor name={name} open={open} />}
      <ConfirmDialog
        isOpen={asksToClose}
        onOpenChange={setAsksToClose}
        title={`Close ${name} without saving?`}
        confirmLabel="Discard changes"
        cancelLabel="Keep editing"
        isDangerous
        onConfirm={onClose}
      >
        What you typed since the last save is lost. The file stays as it is in the workspace.
      </ConfirmDialog>
    </div>
  );
}

function Editor({ name, open }: { name: string; open: OpenFile }) {
  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (open.isDirty) void open.save();
  };
  return (
    <textarea
      aria-label={`Text of ${name}`}
      value={open.draft}
      onChange={(event) => open.change(event.target.value)}
      onKeyDown={handleKeyDown}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      wrap="off"
      className="min-h-0 flex-1 resize-none overflow-auto bg-surface px-4 py-3 font-mono text-13 text-text outline-none [tab-size:4] focus-visible:outline-2 focus-visible:-outline-offset-2 pointer-coarse:text-base"
    />
  );
}

function SaveProblem({ open }: { open: OpenFile }) {
  if (open.hasConflict) {
    return (
      <Banner tone="warning" className="m-2">
        <p className="font-medium">The file was changed by someone else</p>
        <p>Your text is still here. Take theirs and lose yours, or write yours over theirs.</p>
        <div className="mt-2 flex flex-wrap gap-2">
          <Button size="sm" onClick={open.reload}>
            Take theirs
          </Button>
          <Button
            size="sm"
            variant="danger"
            isBusy={open.isSaving}
            onClick={() => void open.save({ overwrites: true })}
          >
            Overwrite with mine
          </Button>
        </div>
      </Banner>
    );
  }
  if (open.saveError === null) return null;
  return (
    <Banner tone="danger" className="m-2">
      Not saved: {open.saveError}
    </Banner>
  );
}

function LoadingFile() {
  return (
    <div aria-busy className="flex flex-col gap-2.5 p-4">
      {['w-3/5', 'w-4/5', 'w-1/2', 'w-2/3'].map((width) => (
        <Skeleton key={width} className={width} />
      ))}
    </div>
  );
}
