/** What may happen to a request. */
export type Misfortune =
  /** Not carried out, answered with this status. */
  | { readonly type: 'refuse'; readonly status: number; readonly retryAfterS?: number }
  /** Carried out; the connection is cut instead of an answer. */
  | { readonly type: 'drop-answer' }
  /** Never reaches Dokploy. */
  | { readonly type: 'drop-request' }
  /** Carried out; never answered. */
  | { readonly type: 'hang' }
  /** Cut at once; carried out a while later, when nobody waits for it any more. */
  | { readonly type: 'late'; readonly afterMs: number };

export interface Struck {
  /** e.g. `application.create`; any when absent. */
  readonly route?: string;
  readonly misfortune: Misfortune;
  /** How often. */
  readonly times: number;
  /** Requests of that route that pass before. */
  readonly after?: number;
}

/** Which requests go wrong, and how. */
export class Misfortunes {
  /** How many requests went wrong. */
  struck = 0;
  private plans: { plan: Struck; passed: number; left: number }[] = [];

  add(plan: Struck): void {
    this.plans.push({ plan, passed: 0, left: plan.times });
  }

  clear(): void {
    this.plans = [];
  }

  strike(route: string): Misfortune | null {
    for (const entry of this.plans) {
      if (entry.plan.route !== undefined && entry.plan.route !== route) continue;
      if (entry.passed < (entry.plan.after ?? 0)) {
        entry.passed += 1;
        continue;
      }
      if (entry.left <= 0) continue;
      entry.left -= 1;
      this.struck += 1;
      return entry.plan.misfortune;
    }
    return null;
  }
}
