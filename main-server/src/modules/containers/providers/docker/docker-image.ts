import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { Logger } from '@nestjs/common';
import type Docker from 'dockerode';
import { pack } from 'tar-fs';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type { ContainerImage } from '../container-provider.ts';
import { isAbsent, toProviderError } from './docker.errors.ts';
import { hashBuildInputs, listBuildInputs } from './image-build-context.ts';

type OnLine = (line: string) => void;

export interface EnsureOptions {
  readonly onLine?: OnLine;
  readonly signal?: AbortSignal;
  /** Asks the registry for a newer content of the name, also where one is here. */
  readonly pulls?: boolean;
}

export interface DockerImageOptions {
  /** Null: built from the repository. */
  readonly image: string | null;
  readonly repositoryFolder: string;
}

const builtName = 'codex-webapp/container-agent';
const dockerfile = 'container-agent/Dockerfile';
const shownLineMaxLength = 200;
const failureTailLines = 15;

/** The image of the sessions: there, pulled or built. One at a time, however many sessions wait for it. */
export class DockerImage {
  private pending: { readonly image: Promise<string>; readonly pulls: boolean } | null = null;
  /** What the last `ensure` built from the repository: to know it takes reading all that it is built from. */
  private built: string | null = null;
  private readonly logger = new Logger(DockerImage.name);
  private readonly listeners = new Set<OnLine>();
  private lastLine: string | null = null;

  constructor(
    private readonly docker: Docker,
    private readonly options: DockerImageOptions,
  ) {}

  /** The name of an image that is there now. A failure is told once to everybody who waits; the next call tries again. */
  async ensure({ onLine = () => undefined, signal, pulls = false }: EnsureOptions = {}): Promise<string> {
    signal?.throwIfAborted();
    this.listeners.add(onLine);
    try {
      // What only looks whether it is here is no answer for who wants a newer one; several may follow each other.
      if (pulls && this.pending?.pulls === false) {
        await untilAborted(this.pending.image, signal).catch(() => undefined);
        return await this.ensure({ onLine, signal, pulls });
      }
      this.pending ??= { image: this.findAlone(pulls), pulls };
      if (this.lastLine !== null) onLine(this.lastLine);
      return await untilAborted(this.pending.image, signal);
    } finally {
      this.listeners.delete(onLine);
    }
  }

  /** What `ensure` would answer, if that is here already; null otherwise. */
  async findHere(): Promise<ContainerImage | null> {
    const name = this.options.image ?? this.built;
    if (name === null) return null;
    try {
      return { name, id: (await this.docker.getImage(name).inspect()).Id };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  private findAlone(pulls: boolean): Promise<string> {
    return this.find(pulls).finally(() => {
      this.pending = null;
      this.lastLine = null;
    });
  }

  private async find(pulls: boolean): Promise<string> {
    const { image } = this.options;
    if (image === null) return (this.built = await this.build());
    if (!(await this.isHere(image))) await this.pull(image);
    else if (pulls) await this.pullNewer(image);
    return image;
  }

  /** An image that only this machine has, or a registry that is away, keeps nobody from what is here. */
  private async pullNewer(image: string): Promise<void> {
    try {
      await this.pull(image);
    } catch (error) {
      if (!(error instanceof ContainerProviderError)) throw error;
      this.logger.warn({ msg: 'No newer image could be pulled; the one that is here is used', err: error });
      this.tell(`Not pulled, so the one that is here is used. ${error.message}`);
    }
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
    const tag = `${builtName}:${await hashBuildInputs(repositoryFolder, files)}`;
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
  const line = stripVTControlCharacters(progress.stream ?? status).trim();
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
