'use client';

import { CircleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Button } from '../primitives/button.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import { toVisibleText } from './markdown/visible-text.ts';

type Props = {
  text: string;
  /** Not from the user: a container posted it. */
  isFromContainer?: boolean;
  /** Below the text, e.g. that it is on its way. */
  note?: ReactNode;
};

/** Longer prompts are folded: the answer is what one scrolls for. */
const foldedLength = 2_400;
const foldedLines = 24;

export function UserMessage({ text, isFromContainer = false, note }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const lines = text.split('\n');
  const isLong = text.length > foldedLength || lines.length > foldedLines;
  const shown = isLong && !isOpen ? lines.slice(0, foldedLines).join('\n').slice(0, foldedLength) : text;
  return (
    <div className="flex flex-col items-end gap-1">
      <h3 className="sr-only">{isFromContainer ? 'From the container' : 'You'}</h3>
      <div
        className={cn(
          'max-w-[min(100%,38rem)] rounded-2xl rounded-br-md px-3.5 py-2 text-15 sm:max-w-[85%]',
          isFromContainer ? 'border border-dashed border-border-strong' : 'bg-surface-active',
        )}
      >
        {isFromContainer && <p className="text-xs text-muted">Posted by the container</p>}
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
