'use client';

import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { cn } from '../cn.ts';

type MenuProps = {
  /** The button that opens it. */
  trigger: ReactElement;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
  className?: string;
  children: ReactNode;
};

/** Not modal: a modal one would inject a style element, which `style-src 'self'` forbids. */
export function Menu({ trigger, align = 'start', side = 'bottom', className, children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            'z-50 max-h-[min(26rem,var(--radix-dropdown-menu-content-available-height))] min-w-48 animate-enter overflow-y-auto rounded-lg bg-surface-raised p-1 text-13 text-text shadow-overlay outline-none',
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const row =
  'flex w-full items-center gap-2 rounded-md px-2 py-1.5 outline-none select-none data-disabled:opacity-50 data-highlighted:bg-surface-hover pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0';

type MenuItemProps = {
  icon?: ReactNode;
  /** Keys that do the same. */
  shortcut?: ReactNode;
  isDangerous?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
};

export function MenuItem({
  icon,
  shortcut,
  isDangerous = false,
  disabled,
  onSelect,
  children,
}: MenuItemProps) {
  return (
    <Radix.Item
      disabled={disabled}
      onSelect={onSelect}
      className={cn(
        row,
        isDangerous ? 'text-danger-ink data-highlighted:bg-danger-soft' : '[&_svg]:text-muted',
      )}
    >
      {icon}
      <span className="min-w-0 flex-1">{children}</span>
      {shortcut}
    </Radix.Item>
  );
}

type MenuChoicesProps = {
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
};

/** One of several; each is a `MenuChoice`. */
export function MenuChoices({ value, onChange, children }: MenuChoicesProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange}>
      {children}
    </Radix.RadioGroup>
  );
}

type MenuChoiceProps = {
  value: string;
  /** One sentence under the name. */
  description?: ReactNode;
  disabled?: boolean;
  children: ReactNode;
};

export function MenuChoice({ value, description, disabled, children }: MenuChoiceProps) {
  return (
    <Radix.RadioItem value={value} disabled={disabled} className={cn(row, 'items-start')}>
      <span className="mt-0.5 size-4">
        <Radix.ItemIndicator>
          <Check aria-hidden className="text-accent-ink" />
        </Radix.ItemIndicator>
      </span>
      <span className="min-w-0 flex-1">
        <span className="block">{children}</span>
        {description !== undefined && <span className="block text-xs text-muted">{description}</span>}
      </span>
    </Radix.RadioItem>
  );
}

type MenuCheckProps = {
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  disabled?: boolean;
  children: ReactNode;
};

/** Something that is on or off. */
export function MenuCheck({ isChecked, onChange, disabled, children }: MenuCheckProps) {
  return (
    <Radix.CheckboxItem checked={isChecked} disabled={disabled} onCheckedChange={onChange} className={row}>
      <span className="size-4">
        <Radix.ItemIndicator>
          <Check aria-hidden className="text-accent-ink" />
        </Radix.ItemIndicator>
      </span>
      <span className="min-w-0 flex-1">{children}</span>
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-muted">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="mx-1 my-1 h-px bg-border" />;
}
