'use client';

import { useEffect, useRef } from 'react';
import { cn } from '../../cn.ts';
import type { Completion, Completions } from './use-completions.ts';

type Props = {
  /** Of the list; the field points to it. */
  id: string;
  completions: Completions;
  /** The one that Enter takes. */
  active: number;
  onPick: (completion: Completion) => void;
};

/** What can be put in the place of what is being typed. The field keeps the focus and names the active row. */
export function CompletionList({ id, completions, active, onPick }: Props) {
  const { token, items, note } = completions;
  return (
    <div className="absolute inset-x-0 bottom-full z-20 mb-1.5 overflow-hidden rounded-xl border border-border bg-surface-raised text-13 shadow-overlay">
      <div
        id={id}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a select would take the focus from the field
        role="listbox"
        tabIndex={-1}
        aria-label={token.kind === 'command' ? 'Commands' : 'Files'}
        className="max-h-[min(18rem,40dvh)] overflow-y-auto p-1 empty:hidden"
      >
        {items.map((completion, index) => (
          <Row
            key={completion.key}
            id={rowId(id, index)}
            completion={completion}
            isActive={index === active}
            onPick={() => onPick(completion)}
          />
        ))}
      </div>
      {note !== null && <p className="px-3 py-2 text-muted">{note}</p>}
      <output className="sr-only">{note ?? `${items.length} to choose from. Enter takes the first.`}</output>
    </div>
  );
}

export function rowId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

type RowProps = {
  id: string;
  completion: Completion;
  isActive: boolean;
  onPick: () => void;
};

function Row({ id, completion, isActive, onPick }: RowProps) {
  const { label, hint, description } = completion;
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the field's, which keeps the focus
    <div
      ref={row}
      id={id}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- see the list
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      // The field must not lose the focus to it.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onPick}
      className={cn(
        'flex cursor-pointer items-baseline gap-2 rounded-md px-2 py-1.5 select-none pointer-coarse:min-h-11 pointer-coarse:items-center',
        isActive ? 'bg-surface-active' : 'hover:bg-surface-hover',
      )}
    >
      <span className="shrink-0 font-medium text-text">{label}</span>
      {hint !== undefined && <span className="shrink-0 text-faint">{hint}</span>}
      {description !== undefined && <span className="min-w-0 truncate text-muted">{description}</span>}
    </div>
  );
}
