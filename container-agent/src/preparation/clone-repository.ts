import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from '@codex-webapp/contracts';
import { explainCloneFailure } from './clone-failure.ts';
import { parseCloneProgress } from './clone-progress.ts';
import { checkKey, chooseGitSsh } from './git-ssh.ts';
import { StepFailure, type StepContext } from './preparation-step.ts';
import { runStepProgram } from './step-program.ts';

/** Below the workspace, so that its files come to their places without being copied. */
const draftName = '.cloning';
const timeoutMs = 30 * 60_000;
/** Lines that may say why it failed: the last ones. */
const saidMax = 50;
/** What git may do on its way: nothing but speak to that server by these two. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.askPass=',
  'submodule.recurse=false',
  'init.templateDir=',
  'protocol.allow=never',
  'protocol.https.allow=always',
  'protocol.ssh.allow=always',
  // A server that goes silent is given up.
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
  'advice.detachedHead=false',
] as const;
/** Variables that would have git work elsewhere, or run something else. */
const strangers =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_.*|NAMESPACE|COMMON_DIR|EXEC_PATH|TEMPLATE_DIR|PROXY_COMMAND|EXTERNAL_DIFF|TRACE.*|REDIRECT_.*|SSH)$/;

/** The session's variables of git would tell this clone how to work, whom to ask and whom to trust, but for these. */
const steering = /^(?:GIT_|SSH_)/;
const harmless: ReadonlySet<string> = new Set([
  'GIT_TOKENS',
  'GIT_SSH_KEY',
  'GIT_SSH_KNOWN_HOSTS',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
]);

export interface CloneOptions {
  readonly workspacePath: string;
  readonly env: Readonly<Record<string, string>>;
  /** The session's own: git logs in by them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly marker: string;
}

/** Clones beside what is in the workspace; `placeClone` brings it there. What is left of an earlier try is thrown away. @throws StepFailure */
export async function cloneRepository(
  repository: Repository,
  { workspacePath, env, variables, marker }: CloneOptions,
  context: StepContext,
): Promise<void> {
  const { log, signal, onProgress } = context;
  await dropClone(workspacePath);
  await mkdir(workspacePath, { recursive: true });
  if (await isThere(path.join(workspacePath, '.git'))) throw toCollision('.git');
  const cloneEnv = toEnvironment(env, variables);
  const ssh = await chooseGitSsh(cloneEnv);
  if (isOverSsh(repository)) await checkKey(ssh, { cwd: workspacePath, env: cloneEnv }, context);
  const said: string[] = [];
  const { exitCode, isTimedOut } = await runStepProgram({
    file: 'git',
    args: [...settings.flatMap((setting) => ['-c', setting]), ...toArguments(repository, workspacePath)],
    cwd: workspacePath,
    env: { ...cloneEnv, GIT_SSH_COMMAND: ssh.command },
    marker,
    timeoutMs,
    signal,
    onLine: ({ text, isKept }) => {
      const progress = parseCloneProgress(text);
      if (progress) onProgress(progress.detail, progress.percent);
      if (!isKept || text === '') return;
      if (!progress) said.push(text);
      if (said.length > saidMax) said.shift();
      log.append(`${text}\n`);
    },
  });
  if (exitCode === 0) return;
  await dropClone(workspacePath);
  signal.throwIfAborted();
  if (isTimedOut)
    throw new StepFailure('The clone took longer than half an hour. Try it without its history.');
  throw new StepFailure(explainCloneFailure(said.join('\n'), exitCode, ssh));
}

/** Moves a whole clone to where it belongs, from wherever an earlier try has stopped. `.git` comes last. @throws StepFailure */
export async function placeClone(workspacePath: string): Promise<void> {
  await assertPlaceable(workspacePath);
  for (const name of await listClone(workspacePath)) {
    await rename(path.join(workspacePath, draftName, name), path.join(workspacePath, name));
  }
  await dropClone(workspacePath);
}

/** Whether a clone that was whole still is, in its draft or already where it belongs. */
export async function isCloneThere(workspacePath: string): Promise<boolean> {
  return (
    (await isThere(path.join(workspacePath, draftName))) || (await isThere(path.join(workspacePath, '.git')))
  );
}

export async function dropClone(workspacePath: string): Promise<void> {
  await rm(path.join(workspacePath, draftName), { recursive: true, force: true, maxRetries: 3 });
}

/** Nothing of the user's is overwritten. */
async function assertPlaceable(workspacePath: string): Promise<void> {
  for (const name of await listClone(workspacePath)) {
    if (await isThere(path.join(workspacePath, name))) throw toCollision(name);
  }
}

function toCollision(name: string): StepFailure {
  return new StepFailure(
    `The workspace has a "${name}" already, and so has the repository. Move yours away, then try again.`,
  );
}

async function listClone(workspacePath: string): Promise<readonly string[]> {
  const names = await readdir(path.join(workspacePath, draftName)).catch((error: NodeJS.ErrnoException) => {
    // The last of it was moved, and then the process ended.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.toSorted((a, b) => Number(a === '.git') - Number(b === '.git'));
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function isOverSsh({ url }: Repository): boolean {
  return !url.startsWith('https://');
}

function toArguments({ url, branch, isShallow }: Repository, workspacePath: string): readonly string[] {
  return [
    'clone',
    '--progress',
    '--no-recurse-submodules',
    ...(isShallow ? ['--depth=1', '--single-branch'] : []),
    ...(branch === null ? [] : [`--branch=${branch}`]),
    '--',
    url,
    path.join(workspacePath, draftName),
  ];
}

function toEnvironment(
  env: CloneOptions['env'],
  variables: CloneOptions['variables'],
): Readonly<Record<string, string>> {
  return {
    ...without(env, (name) => strangers.test(name)),
    ...without(variables, (name) => steering.test(name) && !harmless.has(name)),
    LC_ALL: 'C.UTF-8',
    LANGUAGE: '',
    GIT_ALLOW_PROTOCOL: 'https:ssh',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_VARIANT: 'ssh',
  };
}

function without(
  variables: Readonly<Record<string, string>>,
  isOut: (name: string) => boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !isOut(name)));
}
