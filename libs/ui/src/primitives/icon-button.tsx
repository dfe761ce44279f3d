'use client';

import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Tooltip } from './tooltip.tsx';

const iconButtonVariants = cva(
  'inline-flex shrink-0 items-center justify-center rounded-md border border-transparent transition-colors duration-100 disabled:pointer-events-none disabled:opacity-45 aria-disabled:opacity-45 aria-disabled:hover:bg-transparent aria-disabled:hover:text-muted pointer-coarse:min-h-11 pointer-coarse:min-w-11 [&_svg]:size-4',
  {
    variants: {
      variant: {
        ghost:
          'text-muted hover:bg-surface-hover hover:text-text aria-expanded:bg-surface-hover aria-pressed:bg-surface-active aria-pressed:text-text',
        primary: 'bg-accent text-on-accent hover:bg-accent-hover',
        danger: 'text-muted hover:bg-danger-soft hover:text-danger-ink',
      },
      size: { xs: 'size-6 [&_svg]:size-3.5', sm: 'size-7', md: 'size-8' },
    },
    defaultVariants: { variant: 'ghost', size: 'md' },
  },
);

type Props = Omit<ComponentProps<'button'>, 'aria-label'> &
  VariantProps<typeof iconButtonVariants> & {
    /** Its accessible name, and its tooltip. */
    label: string;
    /** Shown in the tooltip instead of the label, e.g. with a key. */
    hint?: ReactNode;
    side?: 'top' | 'right' | 'bottom' | 'left';
  };

export function IconButton({ label, hint, side, variant, size, className, ...rest }: Props) {
  return (
    <Tooltip content={hint ?? label} side={side}>
      <button
        type="button"
        aria-label={label}
        className={cn(iconButtonVariants({ variant, size }), className)}
        {...rest}
      />
    </Tooltip>
  );
}
