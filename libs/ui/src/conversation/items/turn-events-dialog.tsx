'use client';

import { Dialog } from '../../primitives/dialog.tsx';
import { TurnEventsList } from './turn-events-list.tsx';
import { useTurnEvents } from './use-turn-events.ts';

type Props = {
  turnId: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
};

/** The events of a turn, as its container sent them. */
export function TurnEventsDialog({ turnId, isOpen, onOpenChange }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Raw events"
      description="What the container sent of this turn, before it became the message."
      className="sm:top-[6dvh] sm:max-h-[88dvh] sm:w-[min(56rem,calc(100vw-2rem))]"
    >
      <Content turnId={turnId} />
    </Dialog>
  );
}

/** Drawn while the dialog is open alone, so that opening it loads, and closing it forgets. */
function Content({ turnId }: { turnId: string }) {
  const { loaded, loadMore } = useTurnEvents(turnId);
  return <TurnEventsList loaded={loaded} onLoadMore={loadMore} />;
}
