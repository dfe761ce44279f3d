import type { ToolKind, ToolStatus } from '@codex-webapp/contracts/agents';
import type { MessageItemOf } from '@codex-webapp/contracts/messages';
import {
  Ban,
  Brain,
  Check,
  FilePen,
  FileSearch,
  FolderInput,
  Globe,
  LoaderCircle,
  Search,
  SquareTerminal,
  Trash2,
  Wrench,
  X,
  type LucideIcon,
} from 'lucide-react';
import { memo, useMemo } from 'react';
import { cn } from '../../cn.ts';
import { CopyButton } from '../../primitives/copy-button.tsx';
import { toVisibleText } from '../markdown/visible-text.ts';
import { BlobBar } from './blob-bar.tsx';
import { ChangeCount, DiffView } from './diff-view.tsx';
import { Disclosure } from './disclosure.tsx';
import { formatDuration } from './duration.ts';
import { parsePatch } from './parse-patch.ts';
import { ToolOutput } from './tool-output.tsx';
import { textOfBlob, useBlob } from './use-blob.ts';

type Props = {
  tool: MessageItemOf<'tool'>;
  /** Where commands are the whole answer, their output is always open. */
  isAnswer?: boolean;
};

const icons: Record<ToolKind, LucideIcon> = {
  read: FileSearch,
  edit: FilePen,
  delete: Trash2,
  move: FolderInput,
  search: Search,
  execute: SquareTerminal,
  think: Brain,
  fetch: Globe,
  other: Wrench,
};

/** Output longer than this many lines stays folded once the command is over, if it went well. */
const openLinesMax = 12;

/** One thing the agent did: a command with its output, a change with its lines. */
export const ToolCard = memo(function ToolCard({ tool, isAnswer = false }: Props) {
  const { kind, command, title, status, output, diffs = [] } = tool;
  const Icon = icons[kind];
  const blob = useBlob(tool.fullOutput);
  const wholeOutput = textOfBlob(blob);
  const isRunning = status === 'in_progress' || status === 'pending';
  const isCommand = command !== undefined;
  const hasWorked = status === 'completed' && (tool.exitCode ?? 0) === 0;
  const startsOpen =
    isAnswer || isRunning || !hasWorked || diffs.length > 0 || output.split('\n').length <= openLinesMax;
  const hasBody = isCommand || output !== '' || diffs.length > 0;
  const words = isCommand ? command : title;
  const [firstLine = '', ...moreLines] = words.split('\n');

  const summary = (
    <>
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      <span
        className={cn('min-w-0 flex-1 truncate text-text', isCommand && 'font-mono text-xs')}
        title={words.slice(0, 1_000)}
      >
        {toVisibleText(firstLine.slice(0, 500)) || (isRunning ? 'Working' : 'Tool')}
        {moreLines.length > 0 && <span className="text-muted"> … +{moreLines.length} lines</span>}
      </span>
      {diffs.length > 0 && <DiffTotal diffs={diffs} />}
      <ToolOutcome tool={tool} />
    </>
  );

  const frame = 'overflow-hidden rounded-lg border border-border bg-surface-raised shadow-raised';
  if (!hasBody)
    return <div className={cn(frame, 'flex items-center gap-2 px-3 py-2 text-13')}>{summary}</div>;
  return (
    <Disclosure
      summary={summary}
      startsOpen={startsOpen}
      className={frame}
      actions={isCommand ? <CopyButton text={command} label="Copy command" /> : undefined}
    >
      <div className="bg-surface-sunken">
        {moreLines.length > 0 && isCommand && (
          <pre className="max-h-60 overflow-auto border-t border-border px-3 py-2 font-mono text-xs leading-5 text-text">
            {toVisibleText(command)}
          </pre>
        )}
        {diffs.length > 0 && (
          <div className="border-t border-border">
            {diffs.map((diff) => (
              <DiffView
                key={`${diff.path}${diff.movedTo ?? ''}`}
                diff={diff}
                startsOpen={diffs.length <= 3}
              />
            ))}
          </div>
        )}
        {(isCommand || output !== '') && (
          <>
            <ToolOutput
              output={wholeOutput ?? output}
              isRunning={isRunning}
              isTruncated={tool.truncated === true && blob === null}
              isWhole={wholeOutput !== null}
            />
            {blob && <BlobBar blob={blob} noun="Output" />}
          </>
        )}
      </div>
    </Disclosure>
  );
});

function DiffTotal({ diffs }: { diffs: NonNullable<Props['tool']['diffs']> }) {
  const { added, removed } = useMemo(() => {
    const patches = diffs.map((diff) => parsePatch(diff.patch));
    return {
      added: patches.reduce((sum, patch) => sum + patch.added, 0),
      removed: patches.reduce((sum, patch) => sum + patch.removed, 0),
    };
  }, [diffs]);
  return diffs.length > 1 ? <ChangeCount added={added} removed={removed} /> : null;
}

const outcomes: Record<
  Exclude<ToolStatus, 'pending' | 'in_progress'>,
  { icon: LucideIcon; label: string; tone: string }
> = {
  completed: { icon: Check, label: 'Done', tone: 'text-success-ink' },
  failed: { icon: X, label: 'Failed', tone: 'text-danger-ink' },
  declined: { icon: Ban, label: 'Not allowed', tone: 'text-warning-ink' },
  interrupted: { icon: Ban, label: 'Stopped', tone: 'text-warning-ink' },
};

function ToolOutcome({ tool }: { tool: Props['tool'] }) {
  const { status, exitCode, durationMs } = tool;
  if (status === 'pending' || status === 'in_progress') {
    return (
      <span className="inline-flex shrink-0 items-center gap-1.5 text-xs text-accent-ink">
        <LoaderCircle aria-hidden className="size-3.5 animate-spin motion-reduce:animate-none" />
        {status === 'pending' ? 'Waiting' : 'Running'}
      </span>
    );
  }
  const hasExited = exitCode !== undefined && exitCode !== null;
  const hasErred = status === 'completed' && hasExited && exitCode !== 0;
  const { icon: Icon, label, tone } = outcomes[hasErred ? 'failed' : status];
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5 text-xs tabular-nums">
      {durationMs !== undefined && (
        <span className="text-faint max-sm:hidden">{formatDuration(durationMs)}</span>
      )}
      <span className={cn('inline-flex items-center gap-1', tone)}>
        <Icon aria-hidden className="size-3.5" />
        {hasExited ? `exit ${exitCode}` : <span className={cn(label === 'Done' && 'sr-only')}>{label}</span>}
      </span>
    </span>
  );
}
