'use client';

import type { AgentModel } from '@codex-webapp/contracts/agents';
import { ChevronDown, Sparkles } from 'lucide-react';
import { Button } from '../../primitives/button.tsx';
import { Menu, MenuChoice, MenuChoices, MenuLabel, MenuSeparator } from '../../primitives/menu.tsx';
import { useConversation } from '../conversation-context.tsx';
import { controlsOf } from '../controls.ts';

/** What stands for «what the agent prefers» among the values of a menu. */
const preferred = '';

/** Which model answers, and how hard it thinks: what the agent itself offers. Hidden while it has told of none. */
export function ModelPicker() {
  const { conversation, actions } = useConversation();
  const { session } = conversation;
  const models = controlsOf(conversation)?.models ?? [];
  if (session === null || models.length === 0) return null;
  const { model, effort } = session;
  const standard = models.find(({ isDefault }) => isDefault) ?? null;
  const current = model === null ? standard : (models.find(({ id }) => id === model) ?? null);
  const name = current?.name ?? model ?? 'Default model';
  const label = effort === null ? name : `${name} · ${effort}`;
  return (
    <Menu
      side="top"
      className="max-w-80"
      trigger={
        <Button size="sm" variant="ghost" aria-label={`Model: ${label}`} className="min-w-0 shrink">
          <Sparkles aria-hidden className="max-sm:hidden" />
          <span className="truncate">{label}</span>
          <ChevronDown aria-hidden className="size-3! text-faint max-sm:hidden" />
        </Button>
      }
    >
      <MenuLabel>Which model answers</MenuLabel>
      <MenuChoices
        value={model ?? preferred}
        onChange={(value) => void actions.updateSession({ model: value === preferred ? null : value })}
      >
        <MenuChoice value={preferred} description="What the agent prefers.">
          {standard === null ? 'Default' : `Default (${standard.name})`}
        </MenuChoice>
        {models.map((one) => (
          <MenuChoice key={one.id} value={one.id} description={one.description}>
            {one.name}
          </MenuChoice>
        ))}
      </MenuChoices>
      <Efforts model={current} />
    </Menu>
  );
}

function Efforts({ model }: { model: AgentModel | null }) {
  const { conversation, actions } = useConversation();
  const efforts = model?.efforts ?? [];
  if (efforts.length === 0) return null;
  const standard = model?.defaultEffort ?? null;
  return (
    <>
      <MenuSeparator />
      <MenuLabel>How hard it thinks</MenuLabel>
      <MenuChoices
        value={conversation.session?.effort ?? preferred}
        onChange={(value) => void actions.updateSession({ effort: value === preferred ? null : value })}
      >
        <MenuChoice value={preferred}>
          {standard === null ? 'Default effort' : `Default effort (${standard})`}
        </MenuChoice>
        {efforts.map((effort) => (
          <MenuChoice key={effort} value={effort}>
            {effort}
          </MenuChoice>
        ))}
      </MenuChoices>
    </>
  );
}
