import { useId, type ReactNode } from 'react';
import { cn } from '../cn.ts';

type Props = {
  label: ReactNode;
  /** What it means to check it. */
  hint?: ReactNode;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  disabled?: boolean;
  className?: string;
};

/** The platform's own box, so that it looks and answers as everywhere else. */
export function Checkbox({ label, hint, isChecked, onChange, disabled, className }: Props) {
  const hintId = useId();
  return (
    <label
      className={cn(
        'flex cursor-pointer items-start gap-2 text-13 text-text has-disabled:cursor-default has-disabled:text-muted pointer-coarse:min-h-11 pointer-coarse:items-center',
        className,
      )}
    >
      <input
        type="checkbox"
        checked={isChecked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : hintId}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:mt-0 pointer-coarse:size-5"
      />
      <span className="min-w-0">
        {label}
        {hint !== undefined && (
          <span id={hintId} className="block text-xs text-muted">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
