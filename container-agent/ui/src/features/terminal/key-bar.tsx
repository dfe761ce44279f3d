import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';

type Props = {
  /** Takes what the key types. */
  onKey: (data: string) => void;
};

const keys: readonly { readonly name: string; readonly data: string; readonly face?: ReactNode }[] = [
  { name: 'Esc', data: '\u001b' },
  { name: 'Tab', data: '\t' },
  { name: 'Ctrl+C', data: '\u0003' },
  { name: 'Ctrl+D', data: '\u0004' },
  { name: 'Ctrl+R', data: '\u0012' },
  { name: 'Up', data: '\u001b[A', face: <ArrowUp aria-hidden /> },
  { name: 'Down', data: '\u001b[B', face: <ArrowDown aria-hidden /> },
  { name: 'Left', data: '\u001b[D', face: <ArrowLeft aria-hidden /> },
  { name: 'Right', data: '\u001b[C', face: <ArrowRight aria-hidden /> },
];

/** The keys a phone's keyboard does not have. */
export function KeyBar({ onKey }: Props) {
  return (
    <div
      role="toolbar"
      aria-label="Keys"
      className="hidden shrink-0 gap-1 overflow-x-auto border-t border-border bg-surface-sunken p-1 pointer-coarse:flex"
    >
      {keys.map(({ name, data, face }) => (
        <button
          key={name}
          type="button"
          aria-label={name}
          // The keyboard of the phone stays open.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onKey(data)}
          className="inline-flex h-10 min-w-11 shrink-0 items-center justify-center rounded-md border border-border bg-surface-raised px-2 text-xs font-medium text-text active:bg-surface-active [&_svg]:size-4"
        >
          {face ?? name}
        </button>
      ))}
    </div>
  );
}
