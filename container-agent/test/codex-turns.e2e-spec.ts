import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { foldTurn } from '@codex-webapp/contracts';
import { type ScriptedModel, startScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { findCodexOnPath } from '../src/agents/codex/codex-binary.ts';
import { AgentProcess } from './support/agent-process.ts';
import { describeWith } from './support/describe-with.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

const program = process.env['CODEX_BIN'] ?? (await findCodexOnPath(process.env['PATH']));
const describeWithCodex = describeWith('codex', program !== null);

/** The whole container: prompts come over the link, the real codex works, the scripted model answers it. */
describeWithCodex('a prompt for codex', () => {
  let model: ScriptedModel;
  let env: Record<string, string>;

  beforeAll(async () => {
    model = await startScriptedModel();
    env = {
      CODEX_BIN: program ?? '',
      CODEX_MODEL: 'gpt-5.5',
      OPENAI_BASE_URL: `${model.url}/v1`,
      OPENAI_API_KEY: 'sk-scripted',
    };
  });
  afterAll(() => model.close());

  function itemsOf(agent: AgentProcess, turnId: string) {
    return foldTurn(turnId, agent.main.eventsOf(turnId)).items;
  }

  it('is offered, run, streamed and posted', async () => {
    await using agent = await AgentProcess.start(env);
    expect(agent.main.hellos[0]?.agents).toContainEqual(
      expect.objectContaining({ id: 'codex', isAvailable: true }),
    );
    agent.main.deliver('p1', 'think: hm\nrun: echo hi\nsay: It said {output}', { agent: 'codex' });
    await agent.main.whenEnded(turnOf('p1'), 30_000);
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.messages[0]?.body).toMatchObject({
      outcome: 'completed',
      items: [{ text: 'hm' }, { command: 'echo hi', output: 'hi\n' }, { text: 'It said hi' }],
    });
  });

  it('waits for a permission, over the link', async () => {
    await using agent = await AgentProcess.start(env);
    agent.main.deliver('p1', 'run: touch a && echo done\nsay: {output}', {
      agent: 'codex',
      permissionMode: 'ask-first',
    });
    await waitFor(() => itemsOf(agent, turnOf('p1')).some(({ type }) => type === 'permission'), 30_000);
    const request = itemsOf(agent, turnOf('p1')).find(({ type }) => type === 'permission');
    agent.main.send({
      type: 'agent_request.answer',
      agentRequestId: request?.id ?? '',
      answer: { optionId: 'accept' },
    });
    await agent.main.whenEnded(turnOf('p1'), 30_000);
    expect(itemsOf(agent, turnOf('p1'))).toMatchObject([
      { type: 'tool', status: 'completed', output: 'done\n' },
      { type: 'permission', state: 'answered' },
      { text: 'done' },
    ]);
  });

  it('is given to a turn that runs, once however often it is sent', async () => {
    await using agent = await AgentProcess.start(env);
    expect(agent.main.hellos[0]?.agents).toContainEqual(
      expect.objectContaining({ id: 'codex', canSteer: true }),
    );
    agent.main.deliver('p1', 'stream: 100 tokens every 20 ms', { agent: 'codex' });
    await waitFor(
      () => agent.main.eventsOf(turnOf('p1')).some(({ type }) => type === 'message.delta'),
      30_000,
    );
    const steer = {
      type: 'turn.steer',
      turnId: turnOf('p1'),
      promptId: 'p2',
      text: 'say: turned aside',
    } as const;
    agent.main.send(steer);
    agent.main.send(steer);
    await agent.main.whenEnded(turnOf('p1'), 30_000);
    const told = agent.main.eventsOf(turnOf('p1')).filter(({ type }) => type === 'prompt.steered');
    expect(told).toEqual([{ type: 'prompt.steered', turnId: turnOf('p1'), promptId: 'p2' }]);
    const said = itemsOf(agent, turnOf('p1')).flatMap((item) => (item.type === 'text' ? [item.text] : []));
    expect(said.filter((text) => text.includes('turned aside'))).toHaveLength(1);
    // It counts as run: a main-server that does not know of it is told so.
    agent.main.deliver('p2', 'say: turned aside', { agent: 'codex' });
    await agent.main.whenEnded(turnOf('p2'), 30_000);
    expect(agent.main.eventsOf(turnOf('p2'))).toMatchObject([
      { type: 'turn.started', promptId: 'p2' },
      { type: 'turn.ended', outcome: 'interrupted' },
    ]);
  });

  it('is interrupted within a second and keeps what was said', async () => {
    await using agent = await AgentProcess.start(env);
    agent.main.deliver('p1', 'stream: 1000 tokens every 20 ms', { agent: 'codex' });
    await waitFor(() => agent.main.eventsOf(turnOf('p1')).length > 10, 30_000);
    agent.main.send({ type: 'turn.interrupt', turnId: turnOf('p1') });
    const events = await agent.main.whenEnded(turnOf('p1'), 1_500);
    expect(events.at(-1)).toMatchObject({ outcome: 'interrupted' });
    expect(itemsOf(agent, turnOf('p1'))).toMatchObject([{ text: expect.stringMatching(/^t1 t2 t3/) }]);
  });

  it('goes on with the conversation after kill -9 of the container', async () => {
    await using agent = await AgentProcess.start(env);
    agent.main.deliver('p1', 'say: My name is Scripted.', { agent: 'codex' });
    await agent.main.whenEnded(turnOf('p1'), 30_000);
    agent.main.deliver('p2', 'stream: 1000 tokens every 20 ms', { agent: 'codex' });
    await waitFor(() => agent.main.eventsOf(turnOf('p2')).length > 10, 30_000);
    await agent.kill('SIGKILL');
    await agent.run(env);
    await agent.main.whenEnded(turnOf('p2'), 30_000);
    agent.main.deliver('p3', 'say: back', { agent: 'codex' });
    await agent.main.whenEnded(turnOf('p3'), 30_000);
    expect(itemsOf(agent, turnOf('p3'))).toMatchObject([{ type: 'text', text: 'back' }]);
    expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('My name is Scripted.');
  });
});
