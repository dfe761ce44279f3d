import type { TurnUsage } from '@codex-webapp/contracts/messages';

/** `12% of context`, else `12.4k tokens`; nothing where the agent has not counted. */
export function formatUsage(usage: TurnUsage | null): string {
  if (usage === null) return '';
  const { inputTokens, outputTokens, contextTokens, contextWindow } = usage;
  if (contextTokens !== undefined && contextWindow !== undefined && contextWindow > 0) {
    return `${Math.round((contextTokens / contextWindow) * 100)}% of context`;
  }
  return inputTokens + outputTokens === 0 ? '' : `${formatCount(inputTokens + outputTokens)} tokens`;
}

/** `$0.03`, `$12.40`: what its agent has counted since its program began, over several turns. */
export function formatCost(usage: TurnUsage | null): string {
  if (usage?.costUsd === undefined || usage.costUsd === 0) return '';
  return usage.costUsd < 0.01 ? '<$0.01' : `$${usage.costUsd.toFixed(2)}`;
}

/** `812`, `12.4k`, `1.2M`. */
function formatCount(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 100_000 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}
