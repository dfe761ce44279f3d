import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { AgentRequestAnswer, TurnEvent } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

const support = (file: string): URL => new URL(`./support/${file}`, import.meta.url);
const scripted = {
  id: 'scripted',
  name: 'Scripted',
  command: fileURLToPath(support('scripted-acp-agent.mjs')),
};
const form = {
  mode: 'form',
  message: 'Which database?',
  requestedSchema: { type: 'object', properties: { db: { type: 'string', enum: ['SQLite', 'none'] } } },
};

interface Case {
  readonly kind: string;
  readonly agent: string;
  readonly command: string;
  readonly answer: AgentRequestAnswer;
  /** What the agent makes of the answer. */
  readonly said: string;
}

function isAsking(event: TurnEvent): event is Extract<TurnEvent, { agentRequestId: string }> {
  return event.type === 'permission.requested' || event.type === 'question.asked';
}

function textOf(events: readonly TurnEvent[]): string {
  return events
    .flatMap((event) => (event.type === 'tool.delta' || event.type === 'message.delta' ? [event.text] : []))
    .join('');
}

describe('what an agent asks', () => {
  it.each<Case>([
    {
      kind: 'permission',
      agent: 'shell',
      command: 'echo allowed',
      answer: { optionId: 'allow_once' },
      said: 'allowed',
    },
    {
      kind: 'question',
      agent: 'scripted',
      command: JSON.stringify({ form }),
      answer: { answers: { db: ['SQLite'] } },
      said: '"db":"SQLite"',
    },
  ])(
    'waits a day for its answer, and the agent gets it: a $kind',
    async ({ agent, command, answer, said }) => {
      await using container = await AgentProcess.start({
        NODE_OPTIONS: `--import ${support('jump-clock.mjs').href}`,
        ACP_AGENTS: JSON.stringify([scripted]),
        AGENT_IDLE_SECONDS: '60',
      });
      const { main } = container;
      const events = () => main.eventsOf(turnOf('p1'));
      main.deliver('p1', command, { agent, permissionMode: 'ask-first' });
      await waitFor(() => events().some(isAsking), 30_000, 'the request');
      const hellos = main.hellos.length;

      process.kill(container.pid, 'SIGUSR2');
      // Silence for so long ends a link; that it comes back shows that the day has passed.
      await waitFor(() => main.hellos.length > hellos, 30_000, 'another link');
      expect(main.hellos.at(-1)).toMatchObject({ runningTurnId: turnOf('p1') });
      expect(isAsking(events().at(-1)!)).toBe(true);

      const agentRequestId = events().find(isAsking)!.agentRequestId;
      main.send({ type: 'agent_request.answer', agentRequestId, answer });
      const all = await main.whenEnded(turnOf('p1'));
      expect(all).toContainEqual(
        expect.objectContaining({ type: 'agent_request.closed', agentRequestId, reason: 'answered' }),
      );
      expect(textOf(all)).toContain(said);
      expect(all.at(-1)).toMatchObject({ type: 'turn.ended', outcome: 'completed' });
    },
  );
});
