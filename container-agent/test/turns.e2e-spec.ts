import { describe, expect, it } from '@jest/globals';
import { AgentProcess } from './support/agent-process.ts';
import { waitFor } from './support/wait-for.ts';

describe('a shell prompt', () => {
  it('is run, streamed, acknowledged and posted', async () => {
    await using agent = await AgentProcess.start();
    agent.main.deliver('p1', 'echo hello; sleep 0.3; echo bye; exit 3');
    const events = await agent.main.whenEnded('turn-p1');
    expect(events.map((event) => event.type)).toEqual([
      'turn.started',
      'tool.started',
      'tool.delta',
      'tool.delta',
      'tool.ended',
      'turn.ended',
    ]);
    expect(events[4]).toMatchObject({ status: 'failed', exitCode: 3 });
    expect(agent.main.accepted).toEqual(['p1']);
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.messages[0]).toMatchObject({
      key: 'turn:turn-p1',
      body: { role: 'assistant', turnId: 'turn-p1', outcome: 'completed', items: [{ output: 'hello\nbye\n', exitCode: 3 }] },
    });
  });
});
