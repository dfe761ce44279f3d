import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  MainFrameOf,
  PreparationReport,
  PreparationResponse,
  PreparationStep,
  SessionResponse,
} from '@codex-webapp/contracts';
import { ConversationPage } from './support/conversation-page.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer, type HelloOptions } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

const repository = { url: 'https://git.example.org/team/app.git', branch: 'main', isShallow: true };
const setupScript = 'npm ci\n';

/** What sessions begin with: how it is asked for, told to containers and shown, and what waits for it. */
describe('the preparation of workspaces', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    user = await app.addUser();
  });

  const addSession = (request: object = { repository, setupScript }) => app.addSession(user, request);
  const pathOf = ({ id }: SessionResponse) => `/api/sessions/${id}/preparation`;
  const read = async (session: SessionResponse): Promise<PreparationResponse> =>
    (await app.as(user).get(pathOf(session))).body;
  const decide = (session: SessionResponse, what: 'retry' | 'skip') =>
    app.as(user).post(`${pathOf(session)}/${what}`, {});
  const connect = ({ id }: SessionResponse, hello: HelloOptions = { canPrepare: true }) =>
    ScriptedContainer.connect(app, id, hello);
  const send = async ({ id }: SessionResponse, text = 'do it'): Promise<string> =>
    (await app.as(user).post(`/api/sessions/${id}/messages`, { text })).body.id;

  function step(
    name: PreparationStep['name'],
    state: PreparationStep['state'],
    over: Partial<PreparationStep> = {},
  ): PreparationStep {
    return { name, state, detail: null, percent: null, tookMs: null, ...over };
  }
  function report(
    container: ScriptedContainer,
    steps: PreparationStep[],
    over: Partial<PreparationReport> = {},
  ) {
    container.socket.send({
      type: 'preparation.changed',
      attempt: 1,
      steps,
      reason: null,
      tail: '',
      ...over,
    });
  }
  const whenStatus = (session: SessionResponse, status: PreparationResponse['status']) =>
    waitFor(async () => (await read(session)).status === status, 20_000);
  const orders = ({ socket }: ScriptedContainer) =>
    socket.frames.filter(
      (frame): frame is MainFrameOf<'workspace.prepare'> => frame.type === 'workspace.prepare',
    );
  const deliveries = ({ socket }: ScriptedContainer) =>
    socket.frames.filter(({ type }) => type === 'prompt.deliver');

  it('tells the container what was asked for, over each new link', async () => {
    const session = await addSession();
    expect(await read(session)).toMatchObject({
      status: 'waiting',
      repository,
      hasScript: true,
      steps: [step('clone', 'waiting'), step('script', 'waiting')],
    });
    for (let links = 1; links <= 2; links += 1) {
      const container = await connect(session);
      expect(await container.waitFor('workspace.prepare')).toEqual({
        type: 'workspace.prepare',
        attempt: 1,
        repository,
        script: setupScript,
      });
      container.disconnect();
    }
  });

  it('tells a container nothing where nothing was asked for', async () => {
    const session = await addSession({});
    const container = await connect(session);
    await send(session);
    await container.waitFor('prompt.deliver');
    expect(orders(container)).toEqual([]);
    const { status, body } = await app.as(user).get(pathOf(session));
    expect([status, body.error.code]).toEqual([404, 'preparation.not_found']);
  });

  it('keeps prompts until the workspace is ready, and sends them then', async () => {
    const session = await addSession();
    const container = await connect(session);
    const promptId = await send(session);
    report(container, [step('clone', 'running'), step('script', 'waiting')]);
    await whenStatus(session, 'running');
    report(container, [step('clone', 'done'), step('script', 'running')]);
    await waitFor(async () => (await read(session)).steps[0]?.state === 'done', 20_000);
    expect(deliveries(container)).toEqual([]);
    report(container, [step('clone', 'done'), step('script', 'done')]);
    expect(await container.waitFor('prompt.deliver')).toMatchObject({ promptId });
    expect((await read(session)).status).toBe('done');
  });

  it('keeps prompts from a container whose workspace is not ready any more', async () => {
    const session = await addSession();
    const first = await connect(session);
    report(first, [step('clone', 'done'), step('script', 'done')]);
    await whenStatus(session, 'done');
    first.disconnect();
    // Its volume was lost.
    const second = await connect(session);
    await second.waitFor('workspace.prepare');
    await send(session);
    report(second, [step('clone', 'running'), step('script', 'waiting')]);
    await whenStatus(session, 'running');
    expect(deliveries(second)).toEqual([]);
    report(second, [step('clone', 'done'), step('script', 'done')]);
    await second.waitFor('prompt.deliver');
  });

  it('shows every page how far it is, and in a snapshot too', async () => {
    const session = await addSession();
    const container = await connect(session);
    const page = await ConversationPage.open(app, user, session.id);
    expect((await page.waitFor('snapshot')).preparation).toMatchObject({ status: 'waiting' });
    report(container, [step('clone', 'running'), step('script', 'waiting')]);
    const isPreparation = (status: string) => (entry: { body: { type: string } }) =>
      entry.body.type === 'preparation.changed' &&
      (entry.body as { preparation?: PreparationResponse }).preparation?.status === status;
    await page.entry(isPreparation('running'));
    const detail = 'Receiving objects';
    report(container, [step('clone', 'running', { detail, percent: 42 }), step('script', 'waiting')]);
    expect((await page.waitFor('preparation.progress')).preparation.steps[0]).toMatchObject({
      detail,
      percent: 42,
    });
    const other = await ConversationPage.open(app, user, session.id);
    expect((await other.waitFor('snapshot')).preparation?.steps[0]).toMatchObject({ percent: 42 });
    const failed = { reason: 'The setup script ended with code 1.', tail: 'npm error\n' };
    report(container, [step('clone', 'done'), step('script', 'failed')], failed);
    await page.entry(isPreparation('failed'));
    expect(await read(session)).toMatchObject({ status: 'failed', ...failed });
    page.close();
    other.close();
  });

  it('tries again what failed when its user says so, and lets prompts wait for that', async () => {
    const session = await addSession();
    const container = await connect(session);
    await send(session);
    expect((await decide(session, 'retry')).body.error.code).toBe('preparation.not_failed');
    report(container, [step('clone', 'done'), step('script', 'failed')], { reason: 'no' });
    await whenStatus(session, 'failed');
    const { status, body } = await decide(session, 'retry');
    expect([status, body.attempt, body.reason]).toEqual([200, 2, null]);
    expect(body.steps.map(({ state }: PreparationStep) => state)).toEqual(['done', 'waiting']);
    await waitFor(() => orders(container).length === 2, 20_000);
    expect(orders(container)[1]).toMatchObject({ attempt: 2, repository, script: setupScript });
    // A late word about the first attempt.
    report(container, [step('clone', 'done'), step('script', 'done')]);
    report(container, [step('clone', 'done'), step('script', 'running')], { attempt: 2 });
    await whenStatus(session, 'running');
    expect(deliveries(container)).toEqual([]);
    report(container, [step('clone', 'done'), step('script', 'done')], { attempt: 2 });
    await container.waitFor('prompt.deliver');
  });

  it('goes on without it when its user says so, once the container has ended what was under way', async () => {
    const session = await addSession();
    const container = await connect(session);
    await send(session);
    report(container, [step('clone', 'running'), step('script', 'waiting')]);
    await whenStatus(session, 'running');
    const { body } = await decide(session, 'skip');
    expect(body).toMatchObject({
      status: 'skipped',
      steps: [step('clone', 'skipped'), step('script', 'skipped')],
    });
    await waitFor(() => orders(container).length === 2, 20_000);
    expect(orders(container)[1]).toMatchObject({ attempt: 2, repository: null, script: null });
    expect(deliveries(container)).toEqual([]);
    report(container, [], { attempt: 2 });
    await container.waitFor('prompt.deliver');
    expect((await decide(session, 'skip')).body.error.code).toBe('preparation.over');
  });

  it('runs prompts in a container of an older image, and says that its workspace is not prepared', async () => {
    const session = await addSession();
    const container = await connect(session, {});
    await send(session);
    await container.waitFor('prompt.deliver');
    expect(orders(container)).toEqual([]);
    await whenStatus(session, 'unsupported');
    expect((await read(session)).reason).toContain('Upgrade the container');
  });

  it.each([
    [{ url: 'https://name:hunter2@example.org/a.git' }, 'repository.url', /Leave the login out/],
    [{ url: 'file:///etc/passwd' }, 'repository.url', /Write it as https/],
    [{ url: '--upload-pack=touch' }, 'repository.url', /Write it as https/],
    [
      { url: 'https://example.org/a.git', branch: '-b' },
      'repository.branch',
      /no name that a branch can have/,
    ],
    [{ url: 'https://example.org/a.git', isShallow: 'yes' }, 'repository.isShallow', /boolean/],
    [{ url: 'https://example.org/a.git', depth: 1 }, 'repository.depth', /should not exist/],
  ])('refuses %j', async (refused, field, problem) => {
    const { status, body } = await app.as(user).post('/api/sessions', { repository: refused });
    expect([status, body.error.code]).toEqual([400, 'request.invalid']);
    const found = body.error.details.fields.find((one: { field: string }) => one.field === field);
    expect(found.problems.join()).toMatch(problem);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('refuses a script that is too long, or no text', async () => {
    for (const refused of ['x'.repeat(32_769), '', 'a\0b', 1]) {
      const { status } = await app.as(user).post('/api/sessions', { setupScript: refused });
      expect(status).toBe(400);
    }
  });
});
