import { Logger } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import type { AgentDriver } from './agent-driver.ts';
import { AgentRegistry } from './agent-registry.ts';

Logger.overrideLogger(false);

function agent(id: string, check: AgentDriver['check']): AgentDriver {
  return {
    summary: { id, name: id.toUpperCase(), description: '' },
    check,
    run: () => Promise.resolve({ outcome: 'completed' }),
    close: () => Promise.resolve(),
  };
}

describe('AgentRegistry', () => {
  it('describes all agents, also when one cannot be looked for', async () => {
    const registry = new AgentRegistry([
      agent('broken', () => Promise.reject(new Error('no such file'))),
      agent('whole', () => Promise.resolve({ isAvailable: true, reason: null })),
    ]);
    expect(await registry.describe()).toMatchObject([
      { id: 'broken', isAvailable: false, reason: expect.stringContaining('BROKEN cannot be used') },
      { id: 'whole', isAvailable: true, reason: null },
    ]);
  });
});
