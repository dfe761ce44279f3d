'use client';

import { Dialog } from '@codex-webapp/ui';
import { McpServersSection } from './mcp-servers-section.tsx';
import { VariablesSection } from './variables-section.tsx';

type Props = {
  sessionId: string;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
};

/** What one session gives to its agents, before what its owner gives to all. */
export function SessionEnvironmentDialog({ sessionId, isOpen, onOpenChange }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Environment"
      description="Of this session. It goes before what you set for all sessions, where the names are the same."
      className="sm:w-[min(42rem,calc(100vw-2rem))]"
    >
      {/* What was typed leaves memory with the dialog. */}
      {isOpen && (
        <div className="flex flex-col gap-7">
          <VariablesSection owner={sessionId} description="From the next message, terminal or command on." />
          <McpServersSection
            owner={sessionId}
            description="Tools for this session’s agents. One that is off switches off yours of the same name."
          />
        </div>
      )}
    </Dialog>
  );
}
