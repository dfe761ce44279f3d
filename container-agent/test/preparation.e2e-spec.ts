import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MainFrameOf, PreparationReport, PreparationStep } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { GitServer } from './support/git-server.ts';
import { listMarked } from './support/list-marked.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(150_000);

const deadlineMs = 60_000;
const credentialHelper = fileURLToPath(new URL('../git-credential-session', import.meta.url));

describe('the preparation of a workspace', () => {
  let git: GitServer;
  let agent: AgentProcess;

  beforeEach(async () => {
    git = await GitServer.start();
    agent = await AgentProcess.start(asInItsImage());
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await git[Symbol.asyncDispose]();
  });

  /** The image has the helper in git's own configuration; git's server is trusted besides. */
  const asInItsImage = (): Record<string, string> => ({
    ...git.trust,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'credential.helper',
    GIT_CONFIG_VALUE_0: credentialHelper,
  });
  const repository = () => ({ url: git.url, branch: null, isShallow: false });
  const prepare = (over: Partial<MainFrameOf<'workspace.prepare'>> = {}) =>
    agent.main.send({ type: 'workspace.prepare', attempt: 1, repository: null, script: null, ...over });
  const inWorkspace = (...names: string[]) => path.join(agent.workspace, ...names);
  const runGit = (...args: string[]) =>
    execFileSync('git', args, { cwd: agent.workspace, encoding: 'utf8' }).trim();

  const giveVariables = (variables: Readonly<Record<string, string>>): void => {
    const environment = Object.entries(variables).map(([name, value]) => ({ name, value }));
    agent.main.settings = { status: 200, body: { environment, mcpServers: [], problems: [] } };
  };

  async function whenReported(
    matches: (report: PreparationReport) => boolean,
    what: string,
  ): Promise<PreparationReport> {
    const find = (): PreparationReport | undefined => agent.main.preparations.find(matches);
    await waitFor(() => find() !== undefined, deadlineMs, what);
    return find() as PreparationReport;
  }
  const whenOver = (attempt = 1): Promise<PreparationReport> =>
    whenReported(
      (report) =>
        report.attempt === attempt &&
        (report.steps.every(({ state }) => state === 'done') ||
          report.steps.some(({ state }) => state === 'failed')),
      `the end of attempt ${attempt}`,
    );
  const whenStep = (name: string, state: PreparationStep['state']): Promise<PreparationReport> =>
    whenReported(
      ({ steps }) => steps.some((step) => step.name === name && step.state === state),
      `${name} ${state}`,
    );
  const states = ({ steps }: PreparationReport) => steps.map(({ name, state }) => `${name} ${state}`);
  /** The next process of the same session on the same volume. */
  async function replace(): Promise<void> {
    await agent.kill();
    const hellos = agent.main.hellos.length;
    agent.main.preparations.length = 0;
    await agent.run(asInItsImage());
    await waitFor(() => agent.main.hellos.length > hellos, deadlineMs, 'the link');
  }

  it('clones the repository and runs the script in it', async () => {
    expect(agent.main.hellos[0]).toMatchObject({ canPrepare: true });
    prepare({ repository: repository(), script: 'cat README.md\necho "$WORKSPACE_PATH" > where\n' });
    const report = await whenOver();
    expect(states(report)).toEqual(['clone done', 'script done']);
    expect(report.tail).toContain('second');
    expect(readFileSync(inWorkspace('where'), 'utf8').trim()).toBe(agent.workspace);
    expect(runGit('log', '--format=%s')).toBe('second\nfirst');
    expect(runGit('remote', 'get-url', 'origin')).toBe(git.url);
    expect(readdirSync(agent.workspace).toSorted()).toEqual(['.git', 'README.md', 'where']);
    const log = (await (await agent.fetch('/api/preparation/log')).json()) as { text: string };
    expect(log.text).toContain(`$ git clone ${git.url}`);
    expect(log.text).toContain('second');
  });

  it('takes only the newest commit of the branch that was asked for', async () => {
    prepare({ repository: { url: git.url, branch: 'next', isShallow: true } });
    expect(states(await whenOver())).toEqual(['clone done']);
    expect(readFileSync(inWorkspace('README.md'), 'utf8')).toBe('first\n');
    expect(runGit('branch', '--show-current')).toBe('next');
    expect(runGit('rev-list', '--count', 'HEAD')).toBe('1');
  });

  it('does nothing again that was done, for the next container on the same volume', async () => {
    const order = { repository: repository(), script: 'echo run >> runs\n' };
    prepare(order);
    await whenOver();
    const asked = git.requests.length;
    await replace();
    prepare(order);
    expect(states(await whenOver())).toEqual(['clone done', 'script done']);
    expect(git.requests).toHaveLength(asked);
    expect(readFileSync(inWorkspace('runs'), 'utf8')).toBe('run\n');
  });

  it('throws away what is half cloned when its process was killed, and clones anew', async () => {
    git.isStuck = true;
    prepare({ repository: repository() });
    await whenStep('clone', 'running');
    await waitFor(() => git.requests.some((one) => one.startsWith('POST')), deadlineMs, 'the pack');
    expect(existsSync(inWorkspace('.cloning'))).toBe(true);
    writeFileSync(inWorkspace('.cloning', 'half'), 'of a clone');
    await replace();
    git.isStuck = false;
    prepare({ repository: repository() });
    expect(states(await whenOver())).toEqual(['clone done']);
    expect(readdirSync(agent.workspace).toSorted()).toEqual(['.git', 'README.md']);
  });

  it('runs a script anew when container-agent was killed, and ends the one that was left', async () => {
    const script = [
      'echo begun >> runs',
      'if [ ! -e second ]; then echo $$ > second; sleep 600; fi',
      'status="/proc/$(cat second)/status"',
      'if [ -e "$status" ] && ! grep -q "^State:.Z" "$status"; then echo both >> runs; fi',
      'echo ended >> runs',
    ].join('\n');
    prepare({ script });
    const left = (): number => Number(readIfThere(inWorkspace('second')));
    await waitFor(() => left() > 0, deadlineMs, 'the script');
    await replace();
    expect(listMarked(`prepare-${agent.main.sessionId}`)).toContain(left());
    prepare({ script });
    expect(states(await whenOver())).toEqual(['script done']);
    expect(readFileSync(inWorkspace('runs'), 'utf8')).toBe('begun\nbegun\nended\n');
  });

  it('says why a script failed, and tries it again only when it is told to', async () => {
    const script = 'echo x >> tries\necho "not good" >&2\ntest -e good\n';
    const tries = () => readFileSync(inWorkspace('tries'), 'utf8').length / 2;
    prepare({ repository: repository(), script });
    const failed = await whenOver();
    expect(states(failed)).toEqual(['clone done', 'script failed']);
    expect(failed.reason).toBe('The setup script ended with code 1.');
    expect(failed.tail).toContain('not good');
    writeFileSync(inWorkspace('good'), '');
    await replace();
    prepare({ repository: repository(), script });
    expect(await whenOver()).toMatchObject({ reason: failed.reason });
    expect(tries()).toBe(1);
    prepare({ attempt: 2, repository: repository(), script });
    expect(states(await whenOver(2))).toEqual(['clone done', 'script done']);
    expect(tries()).toBe(2);
  });

  it('says that it cannot read how far it was, and goes on without when it is told to', async () => {
    const folder = path.join(agent.folder, '.workspace-state', 'preparation');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'record.json'), 'not ours');
    prepare({ script: 'true\n' });
    expect(states(await whenOver())).toEqual(['script failed']);
    prepare({ attempt: 2 });
    expect((await whenOver(2)).steps).toEqual([]);
  });

  it('clones anew what was whole and is gone', async () => {
    mkdirSync(inWorkspace('README.md'));
    prepare({ repository: repository() });
    expect((await whenOver()).reason).toContain('README.md');
    rmSync(inWorkspace('README.md'), { recursive: true });
    rmSync(inWorkspace('.cloning'), { recursive: true });
    prepare({ attempt: 2, repository: repository() });
    expect(states(await whenOver(2))).toEqual(['clone done']);
    expect(runGit('log', '--format=%s')).toBe('second\nfirst');
  });

  it('gives the script the variables of the session', async () => {
    giveVariables({ NPM_TOKEN: 'of the session' });
    prepare({ script: 'echo "$NPM_TOKEN" > told\n' });
    expect(states(await whenOver())).toEqual(['script done']);
    expect(readFileSync(inWorkspace('told'), 'utf8')).toBe('of the session\n');
  });

  it('ends what is under way when its user goes on without it', async () => {
    git.isStuck = true;
    prepare({ repository: repository(), script: 'true\n' });
    await whenStep('clone', 'running');
    await waitFor(() => existsSync(inWorkspace('.cloning')), deadlineMs, 'the clone');
    prepare({ attempt: 2 });
    expect((await whenOver(2)).steps).toEqual([]);
    expect(readdirSync(agent.workspace)).toEqual([]);
  });

  it('asks nobody for a login, and says that one is missing', async () => {
    git.password = 'sesame';
    prepare({ repository: repository() });
    const report = await whenOver();
    expect(report.reason).toContain('wants a login');
    expect(report.reason).toContain('GIT_TOKENS');
    expect(report.tail).toContain('terminal prompts disabled');
  });

  it('logs in with a token of the session, and writes it nowhere', async () => {
    git.password = 'sesame';
    giveVariables({ GIT_TOKENS: `github.com=other ${new URL(git.url).host}=sesame` });
    prepare({ repository: repository(), script: 'git fetch && git config --list --show-origin > told' });
    expect(states(await whenOver())).toEqual(['clone done', 'script done']);
    expect(new Set(git.logins)).toEqual(new Set(['x-access-token:sesame']));
    expect(runGit('remote', 'get-url', 'origin')).toBe(git.url);
    const log = (await (await agent.fetch('/api/preparation/log')).json()) as { text: string };
    expect(log.text + readFileSync(inWorkspace('told'), 'utf8')).not.toContain('sesame');
    expect(spawnSync('grep', ['-rq', 'sesame', agent.folder]).status).toBe(1);
  });

  it('says to nobody else what it logs in with', async () => {
    git.password = 'sesame';
    giveVariables({ GIT_TOKENS: '127.0.0.1=sesame 127.0.0.1:1=sesame github.com=sesame' });
    prepare({ repository: repository() });
    expect((await whenOver()).reason).toContain('wants a login');
    expect(git.logins).toEqual([]);
  });

  it('says when the token is refused', async () => {
    git.password = 'sesame';
    giveVariables({ GIT_TOKENS: `${new URL(git.url).host}=wrong` });
    prepare({ repository: repository() });
    expect((await whenOver()).reason).toContain('refuses the login');
  });

  it('is led by none of the variables that tell git what to run, whom to ask and whom to trust', async () => {
    git.password = 'sesame';
    const asking = inWorkspace('..', 'ask.sh');
    writeFileSync(asking, `#!/bin/sh\ntouch ${inWorkspace('..', 'asked')}\necho sesame\n`, { mode: 0o755 });
    giveVariables({
      GIT_ASKPASS: asking,
      SSH_ASKPASS: asking,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'credential.helper',
      GIT_CONFIG_VALUE_0: `!${asking}`,
      GIT_SSL_NO_VERIFY: '1',
      GIT_DIR: '/nowhere',
      LANGUAGE: 'de',
    });
    prepare({ repository: repository() });
    expect((await whenOver()).reason).toContain('wants a login');
    expect(existsSync(inWorkspace('..', 'asked'))).toBe(false);
    expect(git.logins).toEqual([]);
  });

  it('overwrites nothing in the workspace', async () => {
    mkdirSync(inWorkspace('README.md'));
    prepare({ repository: repository() });
    expect((await whenOver()).reason).toContain('"README.md" already');
    expect(existsSync(inWorkspace('.git'))).toBe(false);
  });

  it.each(['http://127.0.0.1/x.git', 'file:///etc', '--upload-pack=touch x', 'ext::sh -c true'])(
    'takes no order to clone %s',
    async (url) => {
      const raw = JSON.stringify({
        type: 'workspace.prepare',
        attempt: 1,
        repository: { ...repository(), url },
        script: null,
      });
      agent.main.sendRaw(raw);
      prepare({ attempt: 2 });
      await whenOver(2);
      expect(agent.main.preparations.map(({ attempt }) => attempt)).not.toContain(1);
    },
  );
});

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
