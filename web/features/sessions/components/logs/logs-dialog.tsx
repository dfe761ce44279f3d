'use client';

import type { ContainerLogStart } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Dialog } from '@codex-webapp/ui';
import { useState } from 'react';
import { LogsView } from './logs-view.tsx';

type Props = {
  session: SessionResponse;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
};

/** What the session's container prints, while it prints it. */
export function LogsDialog({ session, isOpen, onOpenChange }: Props) {
  const [since, setSince] = useState<ContainerLogStart>('all');
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Container log"
      className="sm:top-[6dvh] sm:max-h-[88dvh] sm:w-[min(72rem,calc(100vw-2rem))]"
    >
      {/* Another beginning is another log: nothing of the former one stays. */}
      <LogsView key={since} session={session} since={since} onSinceChange={setSince} />
    </Dialog>
  );
}
