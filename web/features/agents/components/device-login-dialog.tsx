'use client';

import { Dialog } from '@codex-webapp/ui';
import type { AgentCard } from '../model/agent-cards.ts';
import { DeviceLogin } from './device-login.tsx';

type Props = {
  /** Null: closed. */
  card: AgentCard | null;
  onClose: () => void;
  /** A credential came of it. */
  onStored: () => void;
};

/** Closing it leaves the login under way: it is joined again by the same button, from any page. */
export function DeviceLoginDialog({ card, onClose, onStored }: Props) {
  return (
    <Dialog
      isOpen={card !== null}
      onOpenChange={onClose}
      title={card === null ? '' : `Log in to ${card.name}`}
      description="Its own program logs in, in a container that is deleted afterwards."
      className="sm:w-[min(46rem,calc(100vw-2rem))]"
    >
      {card !== null && <DeviceLogin card={card} onClose={onClose} onStored={onStored} />}
    </Dialog>
  );
}
