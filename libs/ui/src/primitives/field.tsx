'use client';

import { useId, type ReactNode } from 'react';
import { cn } from '../cn.ts';

/** Spread onto the control, so that label, hint and error belong to it. */
export interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

type Props = {
  label: ReactNode;
  /** What to know before typing. */
  hint?: ReactNode;
  /** What is wrong with what was typed; replaces the hint. */
  error?: string | null;
  isOptional?: boolean;
  className?: string;
  children: (control: FieldControl) => ReactNode;
};

export function Field({ label, hint, error, isOptional = false, className, children }: Props) {
  const id = useId();
  const noteId = `${id}-note`;
  const hasError = error !== undefined && error !== null && error !== '';
  const note = hasError ? error : hint;
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="text-13 font-medium text-text">
        {label}
        {isOptional && <span className="ml-1.5 font-normal text-faint">optional</span>}
      </label>
      {children({
        id,
        'aria-describedby': note === undefined ? undefined : noteId,
        'aria-invalid': hasError || undefined,
      })}
      {note !== undefined && (
        <p
          id={noteId}
          role={hasError ? 'alert' : undefined}
          className={cn('text-13', hasError ? 'text-danger-ink' : 'text-muted')}
        >
          {note}
        </p>
      )}
    </div>
  );
}
