'use client';

import { useContext, useState } from 'react';
import { Button } from '../../primitives/button.tsx';
import { TurnEventsContext } from '../turn-events-source.ts';
import { TurnEventsDialog } from './turn-events-dialog.tsx';

/** Opens what the container sent of a turn; nothing where that cannot be asked for. */
export function TurnEventsButton({ turnId }: { turnId: string }) {
  const source = useContext(TurnEventsContext);
  const [isOpen, setIsOpen] = useState(false);
  if (source === null) return null;
  return (
    <>
      <Button
        variant="ghost"
        aria-haspopup="dialog"
        className="h-6 px-1.5 text-xs font-normal text-faint"
        onClick={() => setIsOpen(true)}
      >
        Raw events
      </Button>
      <TurnEventsDialog turnId={turnId} isOpen={isOpen} onOpenChange={setIsOpen} />
    </>
  );
}
