'use client';

import type { AgentRequestResponse } from '@codex-webapp/contracts';
import { Check, History } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../primitives/button.tsx';
import { useConversation } from '../conversation-context.tsx';
import { NoticeLine } from './notice-line.tsx';

type Props = {
  request: AgentRequestResponse | undefined;
};

/** Below an answer that its agent never got: offers to send it as a prompt, or says that this was done. */
export function KeptAnswerNote({ request }: Props) {
  const { actions } = useConversation();
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const kept = request?.kept;
  if (request === undefined || !kept) return null;

  const handleSend = async () => {
    setIsSending(true);
    setError(null);
    try {
      await actions.sendKeptAnswer(request.id);
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : 'It was not sent. Try again.');
    } finally {
      setIsSending(false);
    }
  };

  const isSent = kept.promptId !== null;
  const Icon = isSent ? Check : History;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md bg-surface-sunken px-3 py-2 text-13 text-muted">
      <output className="flex min-w-0 flex-1 items-start gap-2 max-sm:basis-full">
        <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
        {isSent
          ? 'The agent had stopped; your answer was sent as a prompt.'
          : 'The agent had stopped; your answer is kept.'}
      </output>
      {!isSent && (
        <Button
          isBusy={isSending}
          onClick={() => void handleSend()}
          className="max-sm:min-h-11 max-sm:flex-1"
        >
          Send as next prompt
        </Button>
      )}
      {error !== null && <NoticeLine level="error" text={error} />}
    </div>
  );
}
