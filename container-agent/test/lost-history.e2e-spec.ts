import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { foldTurn, type MessageResponse } from '@codex-webapp/contracts';
import { type ScriptedModel, startScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { findOnPath } from '../src/process/find-on-path.ts';
import { AgentProcess } from './support/agent-process.ts';
import { describeWith } from './support/describe-with.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(400_000);

const agents = [
  {
    id: 'codex',
    history: ['.codex'],
    environment: (url: string) => ({
      CODEX_MODEL: 'gpt-5.5',
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: 'sk-x',
    }),
  },
  {
    id: 'claude',
    history: ['.claude', 'projects'],
    environment: (url: string) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'sk-x' }),
  },
];
const installed = await Promise.all(agents.map(({ id }) => findOnPath(id, process.env['PATH'])));

function messageOf(turnId: string, role: 'user' | 'assistant', text: string): MessageResponse {
  return {
    id: `${role}-${turnId}`,
    sessionId: 'session-1',
    position: 1,
    role,
    author: role === 'user' ? { kind: 'user', userId: 'user-1' } : { kind: 'container' },
    text,
    items: [],
    turnId,
    promptId: null,
    agent: role === 'user' ? null : 'somebody',
    outcome: null,
    reason: null,
    usage: null,
    createdAt: '2026-11-27T12:00:00.000Z',
  };
}

/** The whole container: its agent's own history is deleted between two turns, by whatever. */
for (const [index, { id, history, environment }] of agents.entries()) {
  const describeAgent = describeWith(id, installed[index] !== null);

  describeAgent(`${id} without its history`, () => {
    let model: ScriptedModel;
    let env: Record<string, string>;
    beforeAll(async () => {
      model = await startScriptedModel();
      env = environment(model.url);
    });
    afterAll(() => model.close());

    it('goes on with a transcript of what was said, and the conversation says so', async () => {
      await using agent = await AgentProcess.start(env);
      agent.main.deliver('p1', 'say: The answer is 42.', { agent: id });
      await agent.main.whenEnded(turnOf('p1'), 90_000);
      await agent.kill('SIGTERM');
      rmSync(path.join(agent.home, ...history), { recursive: true });
      await agent.run(env);
      await waitFor(() => agent.main.hellos.length === 2, 60_000, 'the link');
      agent.main.conversation = [
        messageOf(turnOf('p1'), 'user', 'What is the answer to everything?'),
        messageOf(turnOf('p1'), 'assistant', 'The answer is 42.'),
        messageOf(turnOf('p2'), 'user', 'said with this turn'),
      ];
      const before = model.requests.length;
      agent.main.deliver('p2', 'say: I see.', { agent: id, isContinued: true });
      const events = await agent.main.whenEnded(turnOf('p2'), 90_000);

      const { items } = foldTurn(turnOf('p2'), events);
      expect(items).toMatchObject([
        {
          type: 'notice',
          level: 'warning',
          text: expect.stringContaining('starts afresh, with a transcript'),
        },
        { type: 'text', text: 'I see.' },
      ]);
      const sent = JSON.stringify(model.requests.slice(before).map(({ body }) => body));
      expect(sent).toContain('> What is the answer to everything?');
      expect(sent).toContain('> The answer is 42.');
      expect(sent).not.toContain('said with this turn');
    });
  });
}
