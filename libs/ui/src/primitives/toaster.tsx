'use client';

import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import { cn } from '../cn.ts';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';
import { dismissToast, toastStore, type ToastMessage } from './toast-store.ts';

/** Once per page. */
export function Toaster() {
  const messages = useSyncExternalStore(toastStore.subscribe, toastStore.read, toastStore.readOnServer);
  return (
    <Radix.Provider duration={6_000} swipeDirection="right">
      {messages.map((message) => (
        <ToastCard key={message.id} message={message} />
      ))}
      <Radix.Viewport className="fixed right-0 bottom-0 z-70 flex w-full max-w-sm flex-col gap-2 p-4 outline-none" />
    </Radix.Provider>
  );
}

const looks = {
  info: { icon: Info, tone: 'text-muted' },
  success: { icon: CircleCheck, tone: 'text-success-ink' },
  danger: { icon: CircleAlert, tone: 'text-danger-ink' },
} as const;

function ToastCard({ message }: { message: ToastMessage }) {
  const { icon: Icon, tone } = looks[message.tone];
  return (
    <Radix.Root
      onOpenChange={(isOpen) => {
        if (!isOpen) dismissToast(message.id);
      }}
      className="flex animate-rise items-start gap-2.5 rounded-lg bg-surface-raised p-3 text-13 text-text shadow-overlay"
    >
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', tone)} />
      <div className="min-w-0 flex-1">
        <Radix.Title className="font-medium break-words">{message.title}</Radix.Title>
        {message.description !== undefined && (
          <Radix.Description className="mt-0.5 break-words text-muted">
            {message.description}
          </Radix.Description>
        )}
      </div>
      {message.action !== undefined && (
        <Radix.Action asChild altText={message.action.label}>
          <Button size="sm" onClick={message.action.onSelect}>
            {message.action.label}
          </Button>
        </Radix.Action>
      )}
      <Radix.Close asChild>
        <IconButton label="Dismiss" size="xs">
          <X aria-hidden />
        </IconButton>
      </Radix.Close>
    </Radix.Root>
  );
}
