'use client';

import { CircleAlert, FileText, X } from 'lucide-react';
import { cn } from '../../cn.ts';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { WorkspaceImage } from '../workspace-image.tsx';
import type { Attachment } from './attachment.ts';

type Props = {
  attachments: readonly Attachment[];
  onRemove: (id: string) => void;
};

/** What goes with the next message, above its text. */
export function AttachmentChips({ attachments, onRemove }: Props) {
  if (attachments.length === 0) return null;
  return (
    <ul aria-label="Attachments" className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.map((attachment) => (
        <li
          key={attachment.id}
          className={cn(
            'relative flex max-w-full min-w-0 items-center gap-2 overflow-hidden rounded-lg border py-1 pr-1 pl-2 text-13',
            attachment.state === 'failed' ? 'border-danger bg-danger-soft' : 'border-border bg-surface',
          )}
        >
          <ChipPicture attachment={attachment} />
          <span className="flex min-w-0 flex-col">
            <span className="max-w-48 truncate text-text">{attachment.name}</span>
            <ChipState attachment={attachment} />
          </span>
          <IconButton label={`Remove ${attachment.name}`} size="xs" onClick={() => onRemove(attachment.id)}>
            <X aria-hidden />
          </IconButton>
          {attachment.state === 'uploading' && (
            <progress
              aria-label={`Uploading ${attachment.name}`}
              max={1}
              value={attachment.progress}
              className="absolute inset-x-0 bottom-0 h-0.5 w-full appearance-none border-0 bg-transparent [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-transparent [&::-webkit-progress-value]:bg-accent"
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function ChipPicture({ attachment: { state, isImage, path, name, file } }: { attachment: Attachment }) {
  if (state === 'failed') return <CircleAlert aria-hidden className="size-4 shrink-0 text-danger-ink" />;
  if (isImage)
    return <WorkspaceImage path={path} name={name} file={file} className="size-9 rounded object-cover" />;
  if (state === 'ready') return <FileText aria-hidden className="size-4 shrink-0 text-muted" />;
  return <Spinner className="text-faint" />;
}

function ChipState({ attachment: { state, progress, problem } }: { attachment: Attachment }) {
  if (state === 'failed') {
    return (
      <span role="alert" className="text-xs text-danger-ink">
        {problem}
      </span>
    );
  }
  if (state === 'waiting') return <span className="text-xs text-muted">Waits for the container</span>;
  if (state === 'uploading') {
    return <span className="text-xs text-muted tabular-nums">{Math.round(progress * 100)} %</span>;
  }
  return null;
}
