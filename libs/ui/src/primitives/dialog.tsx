'use client';

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useRef, type ReactNode } from 'react';
import { cn } from '../cn.ts';
import { IconButton } from './icon-button.tsx';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** Buttons at the bottom, the main one last. */
  footer?: ReactNode;
  children?: ReactNode;
  className?: string;
};

/**
 * A modal. On phones it is a sheet at the bottom edge. Its backdrop is our own element: Radix's would inject a style
 * element to lock scrolling, which `style-src 'self'` forbids; styles.css does that instead.
 */
export function Dialog({ isOpen, onOpenChange, title, description, footer, children, className }: Props) {
  // Radix gives the focus back to a trigger of its own alone.
  const opener = useRef<Element | null>(null);
  const handleOpenFocus = (event: Event) => {
    opener.current = document.activeElement;
    focusFirstField(event);
  };
  const handleCloseFocus = (event: Event) => {
    event.preventDefault();
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <div aria-hidden className="fixed inset-0 z-40 animate-enter bg-overlay" />
        <Radix.Content
          data-modal
          onOpenAutoFocus={handleOpenFocus}
          onCloseAutoFocus={handleCloseFocus}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={cn(
            'fixed inset-x-0 bottom-0 z-50 flex max-h-[92dvh] animate-rise flex-col rounded-t-xl bg-surface-raised shadow-overlay outline-none',
            'sm:inset-x-auto sm:top-[14dvh] sm:bottom-auto sm:left-1/2 sm:max-h-[76dvh] sm:w-[min(34rem,calc(100vw-2rem))] sm:-translate-x-1/2 sm:rounded-xl',
            className,
          )}
        >
          <div className="px-5 pt-4 pr-14">
            <div className="min-w-0">
              <Radix.Title className="text-15 font-semibold text-text">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description asChild>
                  <div className="mt-1 text-13 text-muted">{description}</div>
                </Radix.Description>
              )}
            </div>
          </div>
          {children !== undefined && <div className="min-h-0 overflow-y-auto px-5 py-4">{children}</div>}
          {footer !== undefined && (
            <div className="flex flex-wrap justify-end gap-2 border-t border-border px-5 py-3 max-sm:*:flex-1">
              {footer}
            </div>
          )}
          {/* Last, so that the focus begins in what the dialog is about. */}
          <Radix.Close asChild>
            <IconButton
              label="Close"
              size="sm"
              className="absolute top-3 right-3.5 pointer-coarse:top-1 pointer-coarse:right-2"
            >
              <X aria-hidden />
            </IconButton>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The first field, where one can type at once; else the dialog itself, so that a reader says its title first. */
function focusFirstField(event: Event): void {
  const dialog = event.currentTarget;
  if (!(dialog instanceof HTMLElement)) return;
  event.preventDefault();
  // On a phone the keyboard would cover what the dialog says.
  const isTouch = matchMedia('(pointer: coarse)').matches;
  const field = isTouch
    ? null
    : dialog.querySelector<HTMLElement>('input:not([type=radio]), textarea, select');
  (field ?? dialog).focus();
}
