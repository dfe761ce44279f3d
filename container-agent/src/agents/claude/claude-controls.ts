import type { AgentControls } from '@codex-webapp/contracts';
import type { ClaudeInitialized } from './claude-protocol.ts';

/** What can be chosen, as Claude Code reported it when it started. */
export function toControls({ models, commands }: ClaudeInitialized): Omit<AgentControls, 'agent'> {
  return {
    models: models.slice(0, 200).map(({ value, displayName, description, supportedEffortLevels }) => ({
      id: value,
      name: displayName.slice(0, 200),
      ...(description ? { description: description.slice(0, 1_000) } : {}),
      efforts: (supportedEffortLevels ?? []).slice(0, 20),
      defaultEffort: null,
      isDefault: value === 'default',
      takesImages: true,
    })),
    commands: commands
      .filter(({ name }) => !name.startsWith('_') && name.length <= 100)
      .slice(0, 500)
      .map(({ name, description, argumentHint }) => ({
        name,
        description: description.slice(0, 1_000),
        ...(argumentHint ? { argumentHint: argumentHint.slice(0, 200) } : {}),
      })),
    permissionModes: ['full-auto', 'ask-first', 'plan'],
  };
}
