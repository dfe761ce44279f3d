import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-fs';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { isAbsent, toProviderError } from './docker.errors.ts';
import { hashBuildInputs, listBuildInputs } from './image-build-context.ts';

type OnLine = (line: string) => void;

export interface DockerImageOptions {
  /** Null: built from the repository. */
  readonly image: string | null;
  readonly repositoryFolder: string;
}

const repository = 'codex-webapp/container-agent';
const dockerfile = 'container-agent/Dockerfile';
const shownLineMaxLength = 200;
const failureTailLines = 15;

/** The image of the sessions: there, pulled or built. One at a time, however many sessions wait for it. */
export class DockerImage {
  private pending: Promise<string> | null = null;
  private readonly listeners = new Set<OnLine>();
  private lastLine: string | null = null;
  /** Of the last `ensure`: to know it takes reading all that it is built from. */
  private builtName: string | null = null;

  constructor(
    private readonly docker: Docker,
    private readonly options: DockerImageOptions,
  ) {}

  /** The name of an image that is there now. A failure is told once to everybody who waits; the next call tries again. */
  async ensure(onLine: OnLine = () => undefined, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    this.listeners.add(onLine);
    try {
      this.pending ??= this.find().finally(() => {
        this.pending = null;
        this.lastLine = null;
      });
      if (this.lastLine !== null) onLine(this.lastLine);
      return await untilAborted(this.pending, signal);
    } finally {
      this.listeners.delete(onLine);
    }
  }

  /** The id of the image as it is now, whoever put it there; null when there is none yet. */
  async findId(): Promise<string | null> {
    const name = this.options.image ?? this.builtName;
    if (name === null) return null;
    try {
      return (await this.docker.getImage(name).inspect()).Id;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  private async find(): Promise<string> {
    if (this.options.image !== null) {
      if (!(await this.isHere(this.options.image))) await this.pull(this.options.image);
      return this.options.image;
    }
    this.builtName = await this.build();
    return this.builtName;
  }

  private async build(): Promise<string> {
    const { repositoryFolder } = this.options;
    try {
      await access(join(repositoryFolder, dockerfile));
    } catch {
      const message =
        'There is no image and no source to build it from. Set CONTAINER_IMAGE to the image to use.';
      throw new ContainerProviderError('image_unavailable', message);
    }
    const files = await listBuildInputs(repositoryFolder);
    const tag = `${repository}:${await hashBuildInputs(repositoryFolder, files)}`;
    if (await this.isHere(tag)) return tag;
    this.tell('Building the image of the sessions from the repository');
    const context = pack(repositoryFolder, {
      entries: [...files],
      map: (header) => ({ ...header, mode: 0o644, uid: 0, gid: 0 }),
    }) as unknown as NodeJS.ReadableStream;
    const stream = await this.docker.buildImage(context, { t: tag, dockerfile, forcerm: true });
    await this.follow(stream as unknown as Readable, 'The image could not be built');
    return tag;
  }

  private async pull(image: string): Promise<void> {
    this.tell(`Pulling ${image}`);
    try {
      await this.follow(
        (await this.docker.pull(image)) as Readable,
        `The image ${image} could not be pulled`,
      );
    } catch (error) {
      if (error instanceof ContainerProviderError) throw error;
      const { message } = toProviderError(error);
      throw new ContainerProviderError(
        'image_unavailable',
        `The image ${image} could not be pulled. ${message}`,
        {
          cause: error,
          isRetryable: true,
        },
      );
    }
  }

  private async isHere(image: string): Promise<boolean> {
    try {
      await this.docker.getImage(image).inspect();
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  /** Tells each line of the engine's progress. @throws image_unavailable with the last lines */
  private async follow(stream: Readable, failure: string): Promise<void> {
    const tail: string[] = [];
    let problem: string | null = null;
    for await (const text of createInterface({ input: stream })) {
      const { line, error } = parseProgress(text);
      if (error !== null) problem = error;
      if (line === null) continue;
      tail.push(line);
      if (tail.length > failureTailLines) tail.shift();
      this.tell(line);
    }
    if (problem === null) return;
    const message = `${failure}: ${problem}\n${tail.join('\n')}`;
    throw new ContainerProviderError('image_unavailable', message, { isRetryable: true });
  }

  private tell(line: string): void {
    this.lastLine = line;
    for (const listener of this.listeners) listener(line);
  }
}

interface ProgressLine {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progress?: string;
  readonly error?: string;
}

function parseProgress(text: string): { readonly line: string | null; readonly error: string | null } {
  let progress: ProgressLine;
  try {
    progress = JSON.parse(text) as ProgressLine;
  } catch {
    // A line cut off by a lost connection.
    return { line: null, error: 'Docker ended the answer in the middle.' };
  }
  const status = [progress.id, progress.status, progress.progress].filter(Boolean).join(' ');
  const line = (progress.stream ?? status).replaceAll(/\[[0-9;]*m/g, '').trim();
  return { line: line === '' ? null : line.slice(0, shownLineMaxLength), error: progress.error ?? null };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
