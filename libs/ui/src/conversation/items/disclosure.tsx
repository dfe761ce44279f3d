'use client';

import { ChevronRight } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { cn } from '../../cn.ts';

type Props = {
  /** The line that opens it. */
  summary: ReactNode;
  /** Beside the line, outside the button. */
  actions?: ReactNode;
  startsOpen?: boolean;
  className?: string;
  children: ReactNode;
};

/** A line that shows or hides what is below it. Whether it is open is the reader's business once it is drawn. */
export function Disclosure({ summary, actions, startsOpen = false, className, children }: Props) {
  const [isOpen, setIsOpen] = useState(startsOpen);
  const id = useId();
  return (
    <div className={className}>
      <div className="flex min-w-0 items-center gap-1 pr-1.5">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setIsOpen(!isOpen)}
          className="group flex min-w-0 flex-1 items-center gap-2 rounded-lg px-3 py-2 text-left text-13 focus-visible:-outline-offset-2 pointer-coarse:min-h-11"
        >
          {summary}
          <ChevronRight
            aria-hidden
            className={cn(
              'size-3.5 shrink-0 text-faint transition-transform group-hover:text-text',
              isOpen && 'rotate-90',
            )}
          />
        </button>
        {actions}
      </div>
      <div id={id} hidden={!isOpen}>
        {isOpen && children}
      </div>
    </div>
  );
}
