'use client';

import { permissionModes, type PermissionMode } from '@codex-webapp/contracts/agents';
import { Bot, ChevronDown, ListChecks, ShieldCheck, Zap } from 'lucide-react';
import { Button } from '../../primitives/button.tsx';
import { Menu, MenuChoice, MenuChoices, MenuLabel } from '../../primitives/menu.tsx';
import { permissionModesOf } from '../controls.ts';
import { useConversation } from '../conversation-context.tsx';

export function AgentPicker() {
  const { conversation, agents, actions } = useConversation();
  const { session } = conversation;
  if (session === null || agents.length === 0) return null;
  const current = agents.find((agent) => agent.id === session.agent);
  const name = current?.name ?? session.agent;
  return (
    <Menu
      side="top"
      className="max-w-72"
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Agent: ${name}`} className="min-w-0 shrink">
          <Bot aria-hidden className="max-sm:hidden" />
          <span className="truncate">{name}</span>
          <ChevronDown aria-hidden className="size-3! text-faint max-sm:hidden" />
        </Button>
      }
    >
      <MenuLabel>Who answers the next prompt</MenuLabel>
      <MenuChoices value={session.agent} onChange={(agent) => void actions.updateSession({ agent })}>
        {agents.map((agent) => (
          <MenuChoice key={agent.id} value={agent.id} description={agent.description}>
            {agent.name}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  );
}

const modes: Record<PermissionMode, { name: string; description: string; icon: typeof Zap }> = {
  'full-auto': {
    name: 'Full auto',
    description: 'Does everything without asking. Fit for an isolated container.',
    icon: Zap,
  },
  'ask-first': {
    name: 'Ask first',
    description: 'Asks before it runs commands or changes files.',
    icon: ShieldCheck,
  },
  plan: {
    name: 'Plan',
    description: 'Looks around and proposes a plan; changes nothing until you approve it.',
    icon: ListChecks,
  },
};

export function PermissionModePicker() {
  const { conversation, agents, actions } = useConversation();
  const { session } = conversation;
  if (session === null || agents.length === 0) return null;
  const { name, icon: Icon } = modes[session.permissionMode];
  const told = permissionModesOf(conversation, agents);
  // What it is set to is shown also where the agent would not have it.
  const offered = permissionModes.filter((mode) => told.includes(mode) || mode === session.permissionMode);
  return (
    <Menu
      side="top"
      className="max-w-72"
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Permissions: ${name}`}>
          <Icon aria-hidden />
          <span className="max-sm:sr-only">{name}</span>
          <ChevronDown aria-hidden className="size-3! text-faint max-sm:hidden" />
        </Button>
      }
    >
      <MenuLabel>What the agent may do</MenuLabel>
      <MenuChoices
        value={session.permissionMode}
        onChange={(value) => {
          const permissionMode = permissionModes.find((mode) => mode === value);
          if (permissionMode !== undefined) void actions.updateSession({ permissionMode });
        }}
      >
        {offered.map((mode) => (
          <MenuChoice key={mode} value={mode} description={modes[mode].description}>
            {modes[mode].name}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  );
}
