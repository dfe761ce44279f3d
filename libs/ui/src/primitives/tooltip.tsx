'use client';

import { Tooltip as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';

type Props = {
  content: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** The element it explains; it needs an accessible name of its own. */
  children: ReactElement;
};

export function Tooltip({ content, side = 'top', children }: Props) {
  return (
    <Radix.Provider delayDuration={450} skipDelayDuration={200}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={8}
            className="z-60 max-w-72 animate-enter rounded-md bg-text px-2 py-1 text-xs text-surface shadow-overlay"
          >
            {content}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
