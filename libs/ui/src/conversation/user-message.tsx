'use client';

import type { MessageAuthor } from '@codex-webapp/contracts/messages';
import { CircleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Button } from '../primitives/button.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import { MessageImages } from './message-images.tsx';
import { toVisibleText } from './markdown/visible-text.ts';

type Props = {
  text: string;
  /** Paths of images below the workspace. */
  images?: readonly string[] | undefined;
  /** Who posted it: `user` when absent. */
  author?: MessageAuthor['kind'];
  /** Below the text, e.g. that it is on its way. */
  note?: ReactNode;
};

const headings = { user: 'You', container: 'From the container', system: 'Sent by itself' } as const;
const sources = {
  container: 'Posted by the container',
  system: 'Sent when the usage limit had reset',
} as const;

/** Longer prompts are folded: the answer is what one scrolls for. */
const foldedLength = 2_400;
const foldedLines = 24;

export function UserMessage({ text, images = [], author = 'user', note }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const lines = text.split('\n');
  const isLong = text.length > foldedLength || lines.length > foldedLines;
  const shown = isLong && !isOpen ? lines.slice(0, foldedLines).join('\n').slice(0, foldedLength) : text;
  return (
    <div className="flex flex-col items-end gap-1">
      <h3 className="sr-only">{headings[author]}</h3>
      <div
        className={cn(
          'max-w-[min(100%,38rem)] rounded-2xl rounded-br-md px-3.5 py-2 text-15 sm:max-w-[85%]',
          author === 'user' ? 'bg-surface-active' : 'border border-dashed border-border-strong',
        )}
      >
        {author !== 'user' && <p className="text-xs text-muted">{sources[author]}</p>}
        <p dir="auto" className="whitespace-pre-wrap text-text [overflow-wrap:anywhere]">
          {toVisibleText(shown)}
          {isLong && !isOpen && '…'}
        </p>
        {isLong && (
          <Button
            size="sm"
            variant="ghost"
            className="mt-1 -ml-2"
            onClick={() => setIsOpen(!isOpen)}
            aria-expanded={isOpen}
          >
            {isOpen ? 'Show less' : 'Show all'}
          </Button>
        )}
      </div>
      <MessageImages images={images} />
      {note}
    </div>
  );
}

/** Said of a prompt that waits for its turn to begin. */
export function PromptNote({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-center gap-1.5 text-xs text-muted">
      <Spinner />
      {children}
    </p>
  );
}

type FailedProps = {
  error: string;
  onRetry: () => void;
  onDiscard: () => void;
};

export function FailedPromptNote({ error, onRetry, onDiscard }: FailedProps) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-end gap-x-2 gap-y-1 text-xs text-danger-ink"
    >
      <span className="inline-flex items-center gap-1.5">
        <CircleAlert aria-hidden className="size-3.5 shrink-0" />
        Not sent: {error}
      </span>
      <span className="inline-flex gap-1">
        <Button size="sm" onClick={onRetry}>
          Send again
        </Button>
        <Button size="sm" variant="ghost" onClick={onDiscard}>
          Discard
        </Button>
      </span>
    </div>
  );
}
