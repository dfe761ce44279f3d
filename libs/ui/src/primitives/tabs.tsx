'use client';

import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';

type Tab = {
  value: string;
  label: ReactNode;
};

type Props = {
  /** Says what the tabs choose between. */
  label: string;
  tabs: readonly Tab[];
  value: string;
  onChange: (value: string) => void;
  /** `TabPanel`s. */
  children?: ReactNode;
  className?: string;
  listClassName?: string;
};

export function Tabs({ label, tabs, value, onChange, children, className, listClassName }: Props) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className={className}>
      <Radix.List aria-label={label} className={cn('flex gap-1 border-b border-border px-2', listClassName)}>
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px inline-flex h-10 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-13 font-medium text-muted transition-colors duration-100 hover:text-text focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-text pointer-coarse:min-h-11 [&_svg]:size-4"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  );
}

/** Stays mounted when hidden with `keepsState`, so that a draft or a scroll position survives. */
export function TabPanel({
  value,
  keepsState = false,
  className,
  children,
}: {
  value: string;
  keepsState?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Radix.Content
      value={value}
      forceMount={keepsState || undefined}
      className={cn('data-[state=inactive]:hidden', className)}
    >
      {children}
    </Radix.Content>
  );
}
