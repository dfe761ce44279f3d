import { Inject, Injectable } from '@nestjs/common';
import type { AgentFrameOf } from '@codex-webapp/contracts';
import { type AgentDriver, isSteerable } from './agent-driver.ts';

export const agentDrivers = Symbol('agentDrivers');

/** The agents of this container, by id. */
@Injectable()
export class AgentRegistry {
  constructor(@Inject(agentDrivers) private readonly drivers: readonly AgentDriver[]) {}

  find(agentId: string): AgentDriver | null {
    return this.drivers.find((driver) => driver.summary.id === agentId) ?? null;
  }

  /** What the agent picker shows: every agent, and why some cannot be used. */
  async describe(): Promise<AgentFrameOf<'hello'>['agents']> {
    return Promise.all(
      this.drivers.map(async (driver) => ({
        ...driver.summary,
        ...(await driver.check()),
        canSteer: isSteerable(driver),
      })),
    );
  }

  /** Resolves when no agent program runs any more. */
  async closeAll(): Promise<void> {
    await Promise.allSettled(this.drivers.map((driver) => driver.close()));
  }
}
