import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  agentControlsMaxBytes,
  type AgentControls,
  type AgentFrameOf,
  type MainFrameOf,
  type SessionResponse,
} from '@codex-webapp/contracts';
import { ConversationPage } from './support/conversation-page.ts';
import { ends, says } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { describeAgent, ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

const allModes = ['full-auto', 'ask-first', 'plan'] as const;
const newAgents = ['codex', 'claude', 'shell'].map((id) =>
  describeAgent(id, { permissionModes: id === 'shell' ? ['full-auto', 'ask-first'] : [...allModes] }),
);

function controlsOf(agent: string, over: Partial<AgentControls> = {}): AgentControls {
  const efforts = ['low', 'high'];
  return {
    agent,
    models: [
      { id: `${agent}-large`, name: 'Large', efforts, defaultEffort: 'low', isDefault: true },
      { id: `${agent}-small`, name: 'Small', efforts: ['low'], defaultEffort: null, isDefault: false },
    ],
    commands: [{ name: 'compact', description: 'Sums up.' }],
    permissionModes: [...allModes],
    ...over,
  };
}

/** What users choose of agents: what agents tell, what is refused, and what containers are told. */
describe('the controls of agents', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  // What an agent told in one session counts for the user's others.
  beforeEach(async () => {
    user = await app.addUser();
  });

  const pathOf = ({ id }: SessionResponse) => `/api/sessions/${id}`;
  const patch = (session: SessionResponse, request: object, as = user) =>
    app.as(as).patch(pathOf(session), request);
  const listed = async (session: SessionResponse, as = user): Promise<readonly AgentControls[]> =>
    (await app.as(as).get(`${pathOf(session)}/controls`)).body.controls;

  async function addSession(agent = 'codex', as = user): Promise<SessionResponse> {
    const session = await app.addSession(as);
    return (await patch(session, { agent }, as)).body;
  }

  function connect(session: SessionResponse, agents: AgentFrameOf<'hello'>['agents'] = newAgents) {
    return ScriptedContainer.connect(app, session.id, { agents });
  }

  async function reported(session: SessionResponse, container: ScriptedContainer, controls: AgentControls) {
    container.report(controls);
    const isListed = async () =>
      (await listed(session)).some((one) => JSON.stringify(one) === JSON.stringify(controls));
    await waitFor(isListed, 20_000);
  }

  /** The frame that delivers a prompt, and the turn that answers it. */
  async function ask(session: SessionResponse, container: ScriptedContainer, request: object) {
    const { body } = await app.as(user).post(`${pathOf(session)}/messages`, request);
    const frame = (await container.socket.wait(
      (one) => one.type === 'prompt.deliver' && one.promptId === body.id,
    )) as MainFrameOf<'prompt.deliver'>;
    const { promptId, turnId, agent } = frame;
    const answer = async (text: string): Promise<void> => {
      await container.sendAcked(
        { type: 'turn.started', turnId, promptId, agent },
        says(turnId, text),
        ends({ promptId, turnId }),
      );
    };
    return { frame, answer };
  }

  describe('GET /api/sessions/:id/controls', () => {
    it('answers what each agent told last, also while the container sleeps', async () => {
      const session = await addSession();
      expect(await listed(session)).toEqual([]);
      const container = await connect(session);
      await reported(session, container, controlsOf('codex'));
      await reported(session, container, controlsOf('claude'));
      const other = controlsOf('codex', { commands: [] });
      await reported(session, container, other);
      container.disconnect();
      expect(await listed(session)).toEqual(expect.arrayContaining([other, controlsOf('claude')]));
    });

    it("has for a new session what the user's other sessions were told, and nobody else's", async () => {
      const first = await addSession();
      await reported(first, await connect(first), controlsOf('codex'));
      expect(await listed(await addSession())).toEqual([controlsOf('codex')]);
      const stranger = await app.addUser();
      expect(await listed(await addSession('codex', stranger), stranger)).toEqual([]);
      expect((await app.as(stranger).get(`${pathOf(first)}/controls`)).status).toBe(404);
    });

    it('is asked for anew by pages that hear of a change, once for each change', async () => {
      const session = await addSession();
      const container = await connect(session);
      const page = await ConversationPage.open(app, user, session.id);
      await page.waitFor('snapshot');
      await reported(session, container, controlsOf('codex'));
      container.report(controlsOf('codex'));
      await reported(session, container, controlsOf('claude'));
      const told = () =>
        page.entries.map(({ body }) => body).filter(({ type }) => type === 'controls.changed');
      await waitFor(() => told().length === 2, 20_000);
      expect(told()).toEqual([
        { type: 'controls.changed', agent: 'codex' },
        { type: 'controls.changed', agent: 'claude' },
      ]);
      page.close();
    });

    it('takes nothing of agents that the container does not have, and nothing too large', async () => {
      const session = await addSession();
      const container = await connect(session);
      container.report(controlsOf('invented'));
      container.report(
        controlsOf('codex', {
          commands: Array.from({ length: 200 }, (_, index) => ({
            name: `c${index}`,
            description: 'x'.repeat(agentControlsMaxBytes / 150),
          })),
        }),
      );
      const refusals = () => container.socket.frames.filter(({ type }) => type === 'error');
      await waitFor(() => refusals().length === 2, 20_000);
      expect(await listed(session)).not.toContainEqual(expect.objectContaining({ agent: 'invented' }));
    });
  });

  describe('PATCH /api/sessions/:id', () => {
    it('chooses a model and an effort, and goes back to what the agent prefers', async () => {
      const session = await addSession();
      const container = await connect(session);
      await reported(session, container, controlsOf('codex'));
      const chosen = await patch(session, { model: 'codex-large', effort: 'high' });
      expect(chosen.body).toMatchObject({ model: 'codex-large', effort: 'high' });
      expect((await patch(session, { model: null, effort: null })).body).toMatchObject({
        model: null,
        effort: null,
      });
    });

    it('refuses what the agent does not have, and says what it has', async () => {
      const session = await addSession();
      const container = await connect(session);
      await reported(session, container, controlsOf('codex', { permissionModes: ['full-auto'] }));
      const model = await patch(session, { model: 'invented' });
      expect(model.status).toBe(400);
      expect(model.body.error).toMatchObject({
        code: 'request.invalid',
        message: 'model: codex has no model called "invented". It has: codex-large, codex-small.',
      });
      const effort = await patch(session, { model: 'codex-small', effort: 'high' });
      expect(effort.body.error.message).toBe(
        'effort: Small of codex has no effort called "high". It has: low.',
      );
      expect((await app.as(user).get(pathOf(session))).body).toMatchObject({ model: null, effort: null });
      expect(
        (await app.as(user).post('/api/sessions', { provider: 'manual', agent: 'codex', model: 'invented' }))
          .status,
      ).toBe(400);
    });

    it('takes any model of an agent that has not told yet', async () => {
      const session = await addSession();
      expect((await patch(session, { model: 'house-model' })).body.model).toBe('house-model');
    });

    it('gives up with the agent what the other one does not have', async () => {
      const session = await addSession();
      const container = await connect(session);
      await reported(session, container, controlsOf('codex'));
      await reported(session, container, controlsOf('claude', { models: controlsOf('codex').models }));
      await patch(session, { model: 'codex-large', effort: 'high', permissionMode: 'plan' });
      const kept = { model: 'codex-large', effort: 'high', permissionMode: 'plan' };
      expect((await patch(session, { agent: 'claude' })).body).toMatchObject(kept);
      expect((await patch(session, { agent: 'shell' })).body).toMatchObject({
        model: null,
        effort: null,
        permissionMode: 'ask-first',
      });
    });

    it('gives up the effort that another model does not have', async () => {
      const session = await addSession();
      const container = await connect(session);
      await reported(session, container, controlsOf('codex'));
      await patch(session, { effort: 'high' });
      expect((await patch(session, { model: 'codex-small' })).body).toMatchObject({ effort: null });
    });

    it('refuses plan mode where the container was made before there was one', async () => {
      const session = await addSession();
      await connect(session, [describeAgent('codex')]);
      const { status, body } = await patch(session, { permissionMode: 'plan' });
      expect(status).toBe(400);
      expect(body.error.message).toContain('restart it');
    });
  });

  describe('a prompt', () => {
    const images = ['.attachments/a1/shot.png'];

    it('goes to the container with what was chosen, and with its images', async () => {
      const session = await addSession();
      const container = await connect(session);
      await reported(session, container, controlsOf('codex'));
      await patch(session, { model: 'codex-large', effort: 'high', permissionMode: 'plan' });
      const { frame, answer } = await ask(session, container, { text: 'What is this?', images });
      expect(frame).toMatchObject({ model: 'codex-large', effort: 'high', permissionMode: 'plan', images });
      await answer('A cat.');
      const { body } = await app.as(user).get(`${pathOf(session)}/messages`);
      expect(body.messages[0]).toMatchObject({ role: 'user', text: 'What is this?', images });
    });

    it('keeps its images while it waits, is edited, and is delivered again', async () => {
      const session = await addSession();
      const { body: prompt } = await app
        .as(user)
        .post(`${pathOf(session)}/messages`, { text: 'one', images, clientRequestId: 'c1' });
      expect(prompt.images).toEqual(images);
      const edited = await app.as(user).patch(`${pathOf(session)}/prompts/${prompt.id}`, { text: 'two' });
      expect(edited.body).toMatchObject({ text: 'two', images });
      const container = await connect(session);
      expect(await container.waitFor('prompt.deliver')).toMatchObject({ text: 'two', images });
      container.disconnect();
      const again = await ScriptedContainer.create(app, session.id);
      await again.connect({ agents: newAgents });
      expect(await again.waitFor('prompt.deliver')).toMatchObject({ text: 'two', images });
    });

    it('is the same prompt with the same images alone', async () => {
      const session = await addSession();
      const send = (request: object) =>
        app.as(user).post(`${pathOf(session)}/messages`, { text: 'x', clientRequestId: 'c', ...request });
      const first = await send({ images });
      expect((await send({ images })).body.id).toBe(first.body.id);
      expect((await send({})).body.error.code).toBe('prompt.key_reused');
    });

    it.each([
      ['../../etc/passwd'],
      ['/etc/passwd'],
      ['src/shot.png'],
      ['.attachments/../.git/config'],
      ['.attachments/a/..'],
    ])('takes no image at %s', async (image) => {
      const session = await addSession();
      const { status, body } = await app
        .as(user)
        .post(`${pathOf(session)}/messages`, { text: 'x', images: [image] });
      expect(status).toBe(400);
      expect(JSON.stringify(body.error.details)).toContain('.attachments/<id>/<name>');
    });

    it('takes no more images than there may be', async () => {
      const session = await addSession();
      const many = Array.from({ length: 11 }, (_, index) => `.attachments/a/${index}.png`);
      const { status } = await app.as(user).post(`${pathOf(session)}/messages`, { text: 'x', images: many });
      expect(status).toBe(400);
    });

    it('is put into words that a container from before plan mode and images knows, and says so', async () => {
      const session = await addSession();
      await patch(session, { permissionMode: 'plan', model: 'house-model' });
      const container = await connect(session, [describeAgent('codex')]);
      const { frame } = await ask(session, container, { text: 'What is this?', images });
      expect(frame).toEqual({
        type: 'prompt.deliver',
        promptId: frame.promptId,
        turnId: frame.turnId,
        agent: 'codex',
        text: 'What is this?\nAttached image: .attachments/a1/shot.png',
        permissionMode: 'ask-first',
      });
      const { body } = await app.as(user).get(`${pathOf(session)}/messages`);
      expect(body.messages).toMatchObject([{ role: 'system', text: expect.stringContaining('Restart it') }]);
    });
  });

  it('are as the agent told while it worked, whatever its container says of all of its kind', async () => {
    const session = await addSession();
    const container = await connect(session, [describeAgent('codex', { permissionModes: ['full-auto'] })]);
    expect((await patch(session, { permissionMode: 'plan' })).status).toBe(400);
    await reported(session, container, controlsOf('codex'));
    expect((await patch(session, { permissionMode: 'plan' })).status).toBe(200);
    expect((await ask(session, container, { text: 'go' })).frame.permissionMode).toBe('plan');
  });

  it('never come to full auto by themselves, whatever an agent tells, here or in another session', async () => {
    const other = await addSession();
    const careless = controlsOf('claude', { permissionModes: ['full-auto'] });
    await reported(other, await connect(other), careless);
    const session = await addSession();
    await patch(session, { permissionMode: 'ask-first' });
    expect((await patch(session, { agent: 'claude' })).body.permissionMode).toBe('ask-first');
    await patch(session, { agent: 'codex' });
    // Told apart from what is known of its kind by now.
    await reported(session, await connect(session), { ...careless, commands: [] });
    const refused = await patch(session, { agent: 'claude' });
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toContain('claude does not work without "full-auto"');
    const both = await patch(session, { agent: 'claude', permissionMode: 'full-auto' });
    expect(both.body).toMatchObject({ agent: 'claude', permissionMode: 'full-auto' });
  });

  it('turn plan mode into asking first where the agent has none, and a line says so', async () => {
    const session = await addSession();
    await patch(session, { permissionMode: 'plan' });
    const container = await connect(session, [describeAgent('codex', { permissionModes: ['ask-first'] })]);
    expect((await ask(session, container, { text: 'go' })).frame.permissionMode).toBe('ask-first');
    const { body } = await app.as(user).get(`${pathOf(session)}/messages`);
    expect(body.messages).toMatchObject([{ role: 'system', text: expect.stringContaining('no plan mode') }]);
  });

  describe('another agent', () => {
    it('is told what was said without it, and the one before hears what it missed', async () => {
      const session = await addSession('shell');
      const container = await connect(session);
      const shell = await ask(session, container, { text: 'echo from the shell' });
      expect(shell.frame.transcript).toBeUndefined();
      await shell.answer('from the shell');

      await patch(session, { agent: 'codex' });
      const first = await ask(session, container, { text: 'Go on' });
      expect(first.frame.text).toBe('Go on');
      expect(first.frame.transcript).toMatch(
        /The user:\n> echo from the shell\n\nThe agent shell:\n> from the shell$/,
      );
      await first.answer('I went on.');
      expect((await ask(session, container, { text: 'And?' })).frame.transcript).toBeUndefined();
    });

    it('hears only what came after its own last turn', async () => {
      const session = await addSession('codex');
      const container = await connect(session);
      await (await ask(session, container, { text: 'first of codex' })).answer('codex was here');
      await patch(session, { agent: 'claude' });
      const other = await ask(session, container, { text: 'then claude' });
      expect(other.frame.transcript).toContain('codex was here');
      await other.answer('claude was here');
      await patch(session, { agent: 'codex' });
      const back = await ask(session, container, { text: 'codex again' });
      expect(back.frame.transcript).toContain('claude was here');
      expect(back.frame.transcript).not.toContain('codex was here');
    });

    it('is told with the next prompt where the first one is a command', async () => {
      const session = await addSession('claude');
      const container = await connect(session);
      await (await ask(session, container, { text: 'hello claude' })).answer('hello');
      await patch(session, { agent: 'codex' });
      const command = await ask(session, container, { text: '/compact' });
      expect(command.frame.transcript).toBeUndefined();
      await command.answer('done');
      expect((await ask(session, container, { text: 'Go on' })).frame.transcript).toContain('hello claude');
    });

    it('is told again after a first turn that failed', async () => {
      const session = await addSession('claude');
      const container = await connect(session);
      await (await ask(session, container, { text: 'hello claude' })).answer('hello');
      await patch(session, { agent: 'codex' });
      const { frame } = await ask(session, container, { text: 'Go on' });
      const { promptId, turnId } = frame;
      await container.sendAcked(
        { type: 'turn.started', turnId, promptId, agent: 'codex' },
        ends({ promptId, turnId }, 'failed'),
      );
      expect((await ask(session, container, { text: 'Once more' })).frame.transcript).toContain(
        'hello claude',
      );
    });

    it('is told within the text where its container is an older one', async () => {
      const session = await addSession('claude');
      const container = await connect(session, [describeAgent('codex'), describeAgent('claude')]);
      await (await ask(session, container, { text: 'hello claude' })).answer('hello');
      await patch(session, { agent: 'codex' });
      const { frame } = await ask(session, container, { text: 'Go on' });
      expect(frame.transcript).toBeUndefined();
      expect(frame.text).toMatch(/> hello claude[\s\S]*\n\nGo on$/);
    });
  });
});
