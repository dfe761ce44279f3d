import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Deferred } from '../programs/deferred.ts';

/** Codex itself gives up on one after ten seconds, and says so. */
const deadlineMs = 12_000;

const statusSchema = z.object({
  method: z.literal('mcpServer/startupStatus/updated'),
  params: z.object({ name: z.string(), status: z.string() }),
});

/** How the MCP servers of a thread start. Codex would begin a turn without the tools of those that are not up yet. */
export class CodexMcpStarts {
  private readonly waiting: Set<string>;
  private readonly failed: string[] = [];
  private readonly allSettled = new Deferred<void>();

  constructor(names: readonly string[]) {
    this.waiting = new Set(names);
    if (this.waiting.size === 0) this.allSettled.resolve();
  }

  /** Takes what codex says of one of them; anything else is left alone. */
  take(message: unknown): void {
    const { params } = statusSchema.safeParse(message).data ?? {};
    if (params === undefined || params.status === 'starting' || !this.waiting.delete(params.name)) return;
    if (params.status !== 'ready') this.failed.push(params.name);
    if (this.waiting.size === 0) this.allSettled.resolve();
  }

  /** Resolves once each has started or failed, or had its time, with what the user has to know. */
  async settle(): Promise<readonly string[]> {
    const deadline = new AbortController();
    await Promise.race([
      this.allSettled.promise,
      sleep(deadlineMs, undefined, { signal: deadline.signal, ref: false }).catch(() => undefined),
    ]);
    deadline.abort();
    // One that has not said anything by now may still come; the next turn does not wait for it.
    this.allSettled.resolve();
    // Without codex's own words, in which an address or a header could stand.
    return this.failed.map(
      (name) =>
        `The MCP server ${name} did not start, and Codex works without it. Check it under Environment.`,
    );
  }
}
