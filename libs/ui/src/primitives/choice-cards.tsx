import { useId, type ReactNode } from 'react';
import { cn } from '../cn.ts';

export interface ChoiceCard {
  readonly value: string;
  readonly title: ReactNode;
  /** What it means to choose it. */
  readonly note?: ReactNode;
  readonly icon?: ReactNode;
  readonly badge?: ReactNode;
  readonly isDisabled?: boolean;
}

type Props = {
  /** What is chosen between. */
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  choices: readonly ChoiceCard[];
  className?: string;
};

/** Radio buttons with room for a sentence each. One that cannot be chosen fades, but for the sentence that says why. */
export function ChoiceCards({ label, value, onChange, choices, className }: Props) {
  const name = useId();
  return (
    <fieldset className={cn('min-w-0', className)}>
      <legend className="mb-1.5 text-13 font-medium text-text">{label}</legend>
      <div className={cn('grid gap-2', choices.length === 2 && 'sm:grid-cols-2')}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cn(
              'group flex items-start gap-3 rounded-lg border border-border bg-surface px-3 py-2.5 transition-colors duration-100',
              'has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-focus',
              choice.isDisabled !== true && 'cursor-pointer hover:border-border-strong',
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.isDisabled}
              onChange={() => onChange(choice.value)}
              className="peer sr-only"
            />
            {choice.icon !== undefined && (
              <span className="mt-0.5 text-muted group-has-disabled:opacity-60 peer-checked:text-accent-ink [&_svg]:size-4">
                {choice.icon}
              </span>
            )}
            <span className="min-w-0 flex-1">
              <span className="flex flex-wrap items-center gap-2 text-13 font-medium text-text group-has-disabled:opacity-60">
                {choice.title}
                {choice.badge}
              </span>
              {choice.note !== undefined && (
                <span className="mt-0.5 block text-xs text-muted">{choice.note}</span>
              )}
            </span>
            <span
              aria-hidden
              className="mt-0.5 size-4 rounded-full border border-border-strong bg-surface group-has-disabled:opacity-60 peer-checked:border-5 peer-checked:border-accent"
            />
          </label>
        ))}
      </div>
    </fieldset>
  );
}
