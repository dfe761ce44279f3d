import type { Readable } from 'node:stream';
import type {
  ContainerProviderName,
  ContainerSizeName,
  ContainerSizeResponse,
  ContainerStartStep,
} from '@codex-webapp/contracts';

/** What runs in a session's container, in words every backend understands. */
export interface ContainerSpec {
  readonly sessionId: string;
  /** Counts re-creations; goes into the labels, so that a container of an older one is recognised. */
  readonly generation: number;
  /** SESSION_ID, SESSION_TOKEN, MAIN_APP_URL, MAIN_APP_WS_URL, WORKSPACE_PATH and the agents' own. Holds secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** False: nothing but main-server is reachable from inside. True when absent. */
  readonly internet?: boolean;
  /** Of the provider's `sizes`; `medium` when absent. */
  readonly size?: ContainerSizeName;
  /** Looks for a newer content of the image's name first, where there may be one. */
  readonly pullsImage?: boolean;
}

/** What a container was made from. */
export interface ContainerImage {
  readonly name: string;
  /** Changes with its content; null where only the name is known. */
  readonly id: string | null;
}

/** Where a container is. Serialisable and stored; only its own provider reads inside. */
export interface ContainerRef {
  readonly provider: ContainerProviderName;
  readonly sessionId: string;
  readonly id: string;
  readonly [key: string]: unknown;
}

export type ContainerState =
  | { readonly state: 'absent' }
  | { readonly state: 'running'; readonly startedAt: string | null }
  /** `reason` is for people: exit code, out of memory, …. */
  | { readonly state: 'stopped'; readonly exitCode: number | null; readonly reason: string | null };

export interface LabelledContainer {
  readonly ref: ContainerRef;
  readonly sessionId: string;
  readonly generation: number;
  readonly isRunning: boolean;
}

export interface StopOptions {
  /** Until it is killed. 10 s when absent. */
  readonly graceMs?: number;
}

/** One line of what a container printed. */
export interface LogLine {
  /** RFC 3339; null where the backend does not note it. */
  readonly at: string | null;
  /** Without its end. What is too long is cut and says so. */
  readonly text: string;
  /** Stands for the place behind this line, also after a restart of main-server. Letters, digits and `.:+-_`. */
  readonly mark: string;
  /** What was printed before this line, and after the one before it, is lost or may be. */
  readonly isAfterGap?: boolean;
}

export const logTailDefault = 200;

export interface LogOptions {
  /** Newest lines to begin with; `logTailDefault` when absent. */
  readonly tail?: number;
  /** Nothing of what containers before the present one printed. */
  readonly sinceStart?: boolean;
  /** The mark of a line: begins with what follows it, instead of with `tail`. */
  readonly after?: string;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** Processor time of all processes together, counted. */
export interface CpuCount {
  /** Each run of a container counts from zero. */
  readonly run: string;
  readonly usedSeconds: number;
  /** When it was read, in milliseconds since 1970. */
  readonly at: number;
  /** Of the machine, where that is known: it cannot use more, whatever it may. */
  readonly machineCores: number | null;
}

/** A count, or where the backend has none what it saw in the last second or so. */
export type CpuUse = CpuCount | { readonly cores: number };

export interface MemoryUse {
  /** Without what the kernel only caches of files. */
  readonly usedBytes: number;
  readonly limitBytes: number | null;
}

export interface DiskUse {
  readonly usedBytes: number;
  readonly limitBytes: number | null;
}

/** What a session uses. Null is what cannot be told here; absent is what does not run, or is not measured yet. */
export interface ContainerStats {
  readonly sessionId: string;
  readonly cpu?: CpuUse | null;
  readonly memory?: MemoryUse | null;
  /** Of its data, also while it is stopped. */
  readonly disk?: DiskUse | null;
}

/** What `start` tells of where a provider does not say otherwise, in this order. */
export const usualStartSteps: readonly ContainerStartStep[] = ['image', 'create', 'start'];

/** Told while `start` works, for the stepper in the UI. */
export type StartProgress = (step: ContainerStartStep, detail: string | null) => void;

export interface StartOptions {
  readonly onProgress?: StartProgress;
  /** Told once what the container is made from, where that is an image; `isNew` unless it was there already. */
  readonly onImage?: (image: ContainerImage, isNew: boolean) => void;
  /** Gives up between two steps; what the step under way made stays and is found by its label. */
  readonly signal?: AbortSignal;
}

export interface ProviderAvailability {
  readonly isAvailable: boolean;
  /** Why not, or what it cannot do: a line for each; null when there is nothing to say. */
  readonly note: string | null;
}

/** Runs the container of one session somewhere. Knows nothing about users, agents or HTTP. */
export interface ContainerProvider {
  readonly name: ContainerProviderName;
  /** Whether what runs inside is kept from the host and from other sessions. */
  readonly isIsolated: boolean;
  /** False when a person runs the program: then nothing but its link says whether it runs, and it takes as long as it takes. */
  readonly startsByItself: boolean;
  /** What a container may use at most, of each size; absent where that is not set here. */
  readonly sizes?: readonly ContainerSizeResponse[];
  /** Whether it keeps `internet: false`. */
  readonly canSwitchInternetOff?: boolean;
  /** Whether a container can be had within seconds, for minutes, and leaves nothing. */
  readonly runsBriefly?: boolean;
  /** What `start` tells of, in this order; `usualStartSteps` when absent. A start may leave some out. */
  readonly startSteps?: readonly ContainerStartStep[];
  /** Where the workspace is, as the container sees it. */
  workspacePath(sessionId: string): string;
  /** The base URL at which its containers reach main-server's container listener, e.g. `http://172.17.0.1:3010`. */
  mainUrl(): Promise<string>;

  /** Whether it can be used now. Answers within 3 s. */
  check(): Promise<ProviderAvailability>;

  /**
   * Creates and starts the container of `spec.sessionId`, replacing one of an older generation on the same data; a
   * second call for the same generation returns the same ref. Resolves once the backend has accepted it: whether the
   * program inside is ready is the caller's question.
   */
  start(spec: ContainerSpec, options?: StartOptions): Promise<ContainerRef>;

  /** Never throws for a missing container: that is the answer `absent`. */
  inspect(ref: ContainerRef): Promise<ContainerState>;

  /** Resolves when the container no longer runs. Stopping a stopped or absent one succeeds. Keeps the data. */
  stop(ref: ContainerRef, options?: StopOptions): Promise<void>;

  /** Deletes the container and keeps its data. Removing an absent one succeeds. */
  remove(ref: ContainerRef): Promise<void>;

  /** Deletes the session's data. Not reversible; only the deletion of a session calls it. Repeating it succeeds. */
  removeData(sessionId: string): Promise<void>;

  /** Every container carrying our label, also those no row remembers. */
  list(): Promise<readonly LabelledContainer[]>;

  /**
   * What the container printed, as far as the backend keeps it; nothing for one that is absent. Reads only as fast as
   * its lines are taken. With `follow` it goes on until it is told to stop, or ends with the container.
   */
  logs(ref: ContainerRef, options?: LogOptions): AsyncIterable<LogLine>;

  /**
   * What these sessions use now, one answer for each; they are asked for together, since some backends tell of all at
   * once. Never waits for a measurement of files: those are made rarely, in the background. Answers within 20 s.
   */
  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]>;
}

/** A backend that tells by itself when a container starts or ends. */
export interface WatchingContainerProvider extends ContainerProvider {
  /**
   * Calls `onChange` soon after a container of ours started or ended; with null when it cannot tell which one (after
   * the backend was away). Returns what ends the watch.
   */
  watch(onChange: (sessionId: string | null) => void): () => void;
}

export function isWatching(provider: ContainerProvider): provider is WatchingContainerProvider {
  return 'watch' in provider;
}

/** A backend that has to get something before its first container, and can do so ahead of time. */
export interface PreparingContainerProvider extends ContainerProvider {
  /** Gets the image. Called at boot, in the background; the next `start` tries again what failed here. */
  prepare(): Promise<void>;
}

export function isPreparing(provider: ContainerProvider): provider is PreparingContainerProvider {
  return 'prepare' in provider;
}

/** A backend that runs a program of this machine instead of an image. */
export interface ProgramContainerProvider extends ContainerProvider {
  /** Which one the next start uses: another text once it was built anew. Null while it is not there. */
  findProgram(): Promise<string | null>;
}

export function usesProgram(provider: ContainerProvider): provider is ProgramContainerProvider {
  return 'findProgram' in provider;
}

/** A backend whose containers are made from an image that may be replaced by a newer one. */
export interface ImageContainerProvider extends ContainerProvider {
  /** What the next start uses, as far as that can be told without getting it; null otherwise. */
  findImage(): Promise<ContainerImage | null>;
}

export function usesImage(provider: ContainerProvider): provider is ImageContainerProvider {
  return 'findImage' in provider;
}

/** A backend that reads the files of a session without running it. */
export interface ArchivingContainerProvider extends ContainerProvider {
  /**
   * The workspace as a gzipped tar with one folder in it, whether the session runs or not, as fast as it is read. What
   * is cut short ends with an error; destroying it, or aborting `signal` before it is there, ends the work and leaves
   * nothing behind. Changes nothing. @throws NoFilesError where there is no workspace, another ContainerProviderError
   * before the first byte
   */
  archive(sessionId: string, signal?: AbortSignal): Promise<Readable>;
}

export function isArchiving(provider: ContainerProvider): provider is ArchivingContainerProvider {
  return 'archive' in provider;
}

/** A backend that nobody is offered before somebody has set it up. */
export interface ConfigurableContainerProvider extends ContainerProvider {
  isSetUp(): Promise<boolean>;
}

export function isConfigurable(provider: ContainerProvider): provider is ConfigurableContainerProvider {
  return 'isSetUp' in provider;
}
