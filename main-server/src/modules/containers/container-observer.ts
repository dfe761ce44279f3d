import { Injectable } from '@nestjs/common';
import type { Container } from './container.entity.ts';
import type { Observed } from './container-lifecycle.ts';
import { ContainerRecords } from './container-records.ts';
import { describeFailure } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

/** Looks at what there is, without changing it. */
@Injectable()
export class ContainerObserver {
  constructor(
    private readonly registry: ContainerProviderRegistry,
    private readonly records: ContainerRecords,
  ) {}

  /** Never throws: a backend that does not answer is an observation too. */
  async observe(container: Container): Promise<Observed> {
    const isConnected = this.records.isConnected(container);
    const nothing = { generation: null, isConnected, exitCode: null, reason: null };
    try {
      const provider = this.registry.get(container.provider);
      if (!provider.startsByItself) {
        const reason = 'container-agent is not connected. Run it with the environment of this session.';
        return { ...nothing, state: 'unknown', reason };
      }
      const found = (await provider.list()).find(({ sessionId }) => sessionId === container.sessionId);
      if (!found) return { ...nothing, state: 'absent' };
      const state = await provider.inspect(found.ref);
      const { generation } = found;
      if (state.state === 'absent') return { ...nothing, state: 'absent' };
      if (state.state === 'running') return { ...nothing, state: 'running', generation };
      return { ...nothing, state: 'stopped', generation, exitCode: state.exitCode, reason: state.reason };
    } catch (error) {
      return { ...nothing, state: 'unknown', reason: describeFailure(error) };
    }
  }

  /** Whether what should run does. What the row calls running may have ended a moment ago. */
  async isThere(container: Container): Promise<boolean> {
    if (container.desired !== 'running' || container.status !== 'running') return false;
    const { state } = await this.observe(container);
    return state !== 'stopped' && state !== 'absent';
  }
}
