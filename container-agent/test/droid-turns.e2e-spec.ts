import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { foldTurn } from '@codex-webapp/contracts';
import { type ScriptedModel, startScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { findDroidOnPath } from '../src/agents/droid/droid-binary.ts';
import { AgentProcess } from './support/agent-process.ts';
import { describeWith } from './support/describe-with.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

const program = process.env['DROID_BIN'] ?? (await findDroidOnPath(process.env['PATH']));
const describeWithDroid = describeWith('droid', program !== null);

/** The whole container: prompts come over the link, the real droid works, the scripted model answers it. */
describeWithDroid('a prompt for droid', () => {
  let model: ScriptedModel;
  let env: Record<string, string>;

  beforeAll(async () => {
    model = await startScriptedModel();
    env = {
      DROID_BIN: program ?? '',
      DROID_MODEL: 'scripted',
      DROID_BASE_URL: `${model.url}/v1`,
      DROID_API_KEY: 'sk-scripted',
    };
  });
  afterAll(() => model.close());

  function itemsOf(agent: AgentProcess, turnId: string) {
    return foldTurn(turnId, agent.main.eventsOf(turnId)).items;
  }

  it('is offered, run, streamed and posted', async () => {
    await using agent = await AgentProcess.start(env);
    expect(agent.main.hellos[0]?.agents).toContainEqual(
      expect.objectContaining({
        id: 'droid',
        isAvailable: true,
        canSteer: true,
        permissionModes: ['full-auto', 'ask-first', 'plan'],
      }),
    );
    agent.main.deliver('p1', 'think: hm\nrun: echo hi\nsay: It said {output}', { agent: 'droid' });
    await agent.main.whenEnded(turnOf('p1'), 60_000);
    await waitFor(() => agent.main.messages.length === 1);
    expect(agent.main.messages[0]?.body).toMatchObject({
      outcome: 'completed',
      items: [{ text: 'hm' }, { command: 'echo hi', output: 'hi\n' }, { text: 'It said hi' }],
    });
  });

  it('suggests what droid calls the conversation', async () => {
    await using agent = await AgentProcess.start(env);
    agent.main.deliver('p1', 'say: The build is fixed.', { agent: 'droid' });
    await agent.main.whenEnded(turnOf('p1'), 60_000);
    const isNamed = () => agent.main.titles.some(({ source }) => source === 'agent');
    await waitFor(isNamed, 30_000, 'a title');
  });

  it('goes on with the conversation after kill -9 of the container', async () => {
    await using agent = await AgentProcess.start(env);
    agent.main.deliver('p1', 'say: My name is Scripted.', { agent: 'droid' });
    await agent.main.whenEnded(turnOf('p1'), 60_000);
    agent.main.deliver('p2', 'stream: 1000 tokens every 20 ms', { agent: 'droid' });
    await waitFor(() => agent.main.eventsOf(turnOf('p2')).length > 10, 30_000);
    await agent.kill('SIGKILL');
    await agent.run(env);
    await agent.main.whenEnded(turnOf('p2'), 60_000);
    agent.main.deliver('p3', 'say: back', { agent: 'droid' });
    await agent.main.whenEnded(turnOf('p3'), 60_000);
    expect(itemsOf(agent, turnOf('p3'))).toMatchObject([{ type: 'text', text: 'back' }]);
    const asked = model.requests.map(({ body }) => JSON.stringify(body));
    expect(asked.at(-1)).toContain('My name is Scripted.');
  });
});
