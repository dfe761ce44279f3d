import type { RouterPlan } from '@codex-webapp/contracts';

/** @throws Error when it is missing, or no plan: it comes from main-server alone */
export function readRouterPlan(): RouterPlan {
  const plan = JSON.parse(process.env['ROUTER_PLAN'] ?? 'null') as RouterPlan | null;
  const isPlan =
    typeof plan?.rules === 'string' &&
    typeof plan.pool === 'string' &&
    Array.isArray(plan.relays) &&
    Number.isInteger(plan.namesListenAt);
  if (!isPlan) throw new Error('ROUTER_PLAN is not set, or is no plan.');
  return plan;
}
