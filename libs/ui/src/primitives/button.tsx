import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';
import { Spinner } from './spinner.tsx';

const buttonVariants = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors duration-100 select-none disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'border-transparent bg-accent text-on-accent shadow-raised hover:bg-accent-hover',
        secondary: 'border-border-strong bg-surface-raised text-text shadow-raised hover:bg-surface-hover',
        ghost:
          'border-transparent text-muted hover:bg-surface-hover hover:text-text aria-expanded:bg-surface-hover',
        danger: 'border-transparent bg-danger text-on-danger shadow-raised hover:bg-danger-hover',
      },
      size: {
        sm: 'h-7 px-2.5 text-13',
        md: 'h-8 px-3 text-13',
        lg: 'h-10 px-4 text-sm',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

type Props = ComponentProps<'button'> &
  VariantProps<typeof buttonVariants> & {
    /** Gives the look to its only child, e.g. a link. */
    asChild?: boolean;
    /** Shows a spinner and takes no clicks. */
    isBusy?: boolean;
  };

export function Button({
  variant,
  size,
  asChild,
  isBusy = false,
  className,
  children,
  disabled,
  ...rest
}: Props) {
  const classes = cn(buttonVariants({ variant, size }), className);
  if (asChild === true) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={classes}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  );
}
