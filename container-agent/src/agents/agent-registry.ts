import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AgentFrameOf, PermissionMode } from '@codex-webapp/contracts';
import { type AgentAvailability, type AgentDriver, isSteerable } from './agent-driver.ts';

/** Of a driver that says nothing of plans. */
const permissionModesDefault: readonly PermissionMode[] = ['full-auto', 'ask-first'];

export const agentDrivers = Symbol('agentDrivers');

/** The agents of this container, by id. */
@Injectable()
export class AgentRegistry {
  private readonly logger = new Logger(AgentRegistry.name);

  constructor(@Inject(agentDrivers) private readonly drivers: readonly AgentDriver[]) {}

  find(agentId: string): AgentDriver | null {
    return this.drivers.find((driver) => driver.summary.id === agentId) ?? null;
  }

  /** What the agent picker shows: every agent, and why some cannot be used. */
  async describe(): Promise<AgentFrameOf<'hello'>['agents']> {
    return Promise.all(
      this.drivers.map(async (driver) => ({
        ...driver.summary,
        permissionModes: [...(driver.summary.permissionModes ?? permissionModesDefault)],
        ...(await this.check(driver)),
        canSteer: isSteerable(driver),
      })),
    );
  }

  /** One that cannot even be looked for keeps no other from being used. */
  private async check(driver: AgentDriver): Promise<AgentAvailability> {
    try {
      return await driver.check();
    } catch (error) {
      const { id, name } = driver.summary;
      this.logger.error({ msg: 'An agent could not be looked for', agent: id, err: error });
      return { isAvailable: false, reason: `${name} cannot be used; the log of the container says why.` };
    }
  }

  /** Resolves when no agent program runs any more. */
  async closeAll(): Promise<void> {
    await Promise.allSettled(this.drivers.map((driver) => driver.close()));
  }
}
