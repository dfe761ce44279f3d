'use client';

import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Its accessible name. */
  label: string;
  children: ReactNode;
  className?: string;
};

/** A modal sheet from the left edge, for what a phone has no room for. */
export function Drawer({ isOpen, onOpenChange, label, children, className }: Props) {
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <div aria-hidden className="fixed inset-0 z-40 animate-enter bg-overlay" />
        <Radix.Content
          data-modal
          aria-describedby={undefined}
          className={cn(
            'fixed inset-y-0 left-0 z-50 flex w-[min(21rem,88vw)] animate-enter flex-col bg-canvas shadow-overlay outline-none',
            className,
          )}
        >
          <Radix.Title className="sr-only">{label}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
