import type { AgentDriver, AgentTurn, TurnResult } from '../agent-driver.ts';

/** Does what a test says. Available always; remembers its turns. */
export class FakeAgentDriver implements AgentDriver {
  readonly turns: AgentTurn[] = [];
  closedTimes = 0;
  readonly summary;

  constructor(
    private readonly script: (turn: AgentTurn) => Promise<TurnResult>,
    id = 'fake',
  ) {
    this.summary = { id, name: 'Fake', description: 'Does what a test says.' };
  }

  async check() {
    return { isAvailable: true, reason: null };
  }

  run(turn: AgentTurn): Promise<TurnResult> {
    this.turns.push(turn);
    return this.script(turn);
  }

  async close(): Promise<void> {
    this.closedTimes += 1;
  }
}
