import type { ContainerProviderName, ContainerResponse, ContainerStatus } from './containers.requests.ts';

export const recoveryActionNames = ['start', 'recreate', 'upgrade', 'stop', 'download', 'delete'] as const;
export type RecoveryActionName = (typeof recoveryActionNames)[number];

/** One way out of trouble, and what it costs. */
export interface RecoveryAction {
  readonly action: RecoveryActionName;
  /** What is there afterwards as it is now, in words. */
  readonly keeps: readonly string[];
  /** What is gone afterwards, in words; empty when nothing is. */
  readonly destroys: readonly string[];
  /** What else one should know; null when there is nothing. */
  readonly note: string | null;
}

/** `GET /api/sessions/:id/container/status` */
export interface ContainerStatusResponse extends ContainerResponse {
  /** What can be done about the container now, gentlest first. */
  readonly recovery: readonly RecoveryAction[];
}

/** What the actions depend on. */
export interface ContainerCondition {
  readonly provider: ContainerProviderName;
  readonly status: ContainerStatus;
  /** Whether the agent is at work in it. */
  readonly hasTurn: boolean;
}

const workspace = 'all files of the workspace';
const unpushed = 'all files of the workspace, also changes that were never pushed';
const home = 'the agent’s home with its settings and logins';
const conversation = 'the conversation';
const waiting = 'prompts that wait';
const everything = [workspace, home, conversation, waiting] as const;

const turn = 'what the agent is doing right now';
const programs = 'programs that run in it, and open terminals';
const scratch = 'files in /tmp';
const log = 'the log of the container';
/** What ends with a container that runs. */
const running = [programs, scratch] as const;

const describe: Readonly<Record<RecoveryActionName, (now: ContainerCondition) => Costs>> = {
  start: () => ({ keeps: everything, destroys: [], note: 'Tries the same again, on the same files.' }),
  recreate: (now) => ({
    keeps: everything,
    destroys: [...lostByEnd(now), log],
    note: 'Deletes the container and makes a new one on the same files.',
  }),
  upgrade: (now) => ({
    keeps: everything,
    destroys: [...lostByEnd(now), log],
    note: 'Gets the image that is configured now, and makes a new container from it on the same files.',
  }),
  stop: (now) => ({
    keeps: everything,
    destroys: lostByEnd(now),
    note: 'Nothing starts it by itself any more. A prompt you send, or Start, does.',
  }),
  download: ({ provider }) => ({
    keeps: everything,
    destroys: [],
    note: canReadStopped(provider)
      ? 'Works whether the container runs or not. The agent’s home, which may hold logins, is not in it.'
      : `${readersNote(provider)} The agent’s home, which may hold logins, is not in it.`,
  }),
  delete: ({ provider }) => ({
    keeps: provider === 'manual' ? ['the files, where you run the container'] : [],
    destroys:
      provider === 'manual'
        ? [conversation, waiting]
        : [unpushed, home, conversation, waiting, 'the container'],
    note: 'This cannot be undone.',
  }),
};

type Costs = Omit<RecoveryAction, 'action'>;

/** What can be done about a container now, gentlest first. */
export function listRecoveryActions(now: ContainerCondition): readonly RecoveryAction[] {
  return recoveryActionNames
    .filter((action) => isPossible(action, now))
    .map((action) => ({ action, ...describe[action](now) }));
}

/** Whether the workspace can be downloaded while no container runs. */
export function canReadStopped(provider: ContainerProviderName): boolean {
  return provider === 'docker' || provider === 'process';
}

/** Whether its containers are made from an image that can be replaced. */
export function hasImage(provider: ContainerProviderName): boolean {
  return provider === 'docker' || provider === 'dokploy';
}

function isPossible(action: RecoveryActionName, { provider, status }: ContainerCondition): boolean {
  const isThere = status === 'running' || status === 'creating';
  switch (action) {
    case 'start':
      return !isThere && status !== 'stopping';
    case 'recreate':
      return provider !== 'manual' && status !== 'absent';
    case 'upgrade':
      return hasImage(provider);
    case 'stop':
      return status !== 'absent' && status !== 'stopped';
    case 'download':
    case 'delete':
      return true;
    default:
      return action satisfies never;
  }
}

/** A container that has ended has nothing left but what is kept. */
function lostByEnd({ status, hasTurn }: ContainerCondition): readonly string[] {
  if (status !== 'running' && status !== 'unknown' && status !== 'stopping') return [];
  return hasTurn ? [turn, ...running] : running;
}

function readersNote(provider: ContainerProviderName): string {
  return provider === 'manual'
    ? 'Works while the container that you run is connected.'
    : 'Starts the container if it does not run: the files can be read only from inside.';
}
