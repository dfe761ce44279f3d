import type { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import {
  archiveArguments,
  archiveComplaintsMaxBytes,
  isArchiveComplete,
  wholeOrBroken,
} from '@codex-webapp/nest-kit';
import type Docker from 'dockerode';
import { ContainerProviderError, NoFilesError } from '../container-provider.errors.ts';
import { AttachedOutput } from './attached-output.ts';
import { labels, type DockerNames } from './docker-names.ts';
import { dataFolder, toArchiveOptions, type ContainerLimits } from './docker-template.ts';
import { isAbsent, isConflict, toProviderError } from './docker.errors.ts';

export interface ArchiveOptions {
  /** To make the container from, the best first. */
  readonly images: (sessionId: string, signal?: AbortSignal) => AsyncIterable<string>;
  readonly limits: () => Promise<ContainerLimits>;
  readonly runtime: string | null;
}

const sweepEveryMs = 60_000;
const roleFilter = `${labels.role}=archive`;
/** The engine's stream ends alike with the program and with the connection, so the program says with what it ended. */
const lastWord = /archive ended with (\d{1,3})\n$/;
/** It says first whether there is a workspace: a start that failed before its container was made leaves an empty volume. */
const firstWords = { begins: 'archive begins\n', isEmpty: 'archive of nothing\n' } as const;
const workspaceFolder = `${dataFolder}/workspace`;
const script = [
  `[ -d "$0" ] || { echo "${firstWords.isEmpty.trimEnd()}" >&2; exit; }`,
  `echo "${firstWords.begins.trimEnd()}" >&2`,
  'tar "$@"',
  'echo "archive ended with $?" >&2',
].join('\n');

/** Reads the files of sessions whose containers need not run, by containers that do nothing else and are gone afterwards. */
export class DockerArchives {
  private readonly logger = new Logger(DockerArchives.name);
  /** What is read, by the names of the containers; null before anything is connected. */
  private readonly underWay = new Map<string, Readable | null>();

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly options: ArchiveOptions,
  ) {}

  /** @throws NoFilesError where there is nothing to read, another ContainerProviderError where it cannot be read */
  async open(sessionId: string, signal?: AbortSignal): Promise<Readable> {
    await this.assertFiles(sessionId);
    const name = this.names.archiveOf(sessionId);
    this.underWay.set(name, null);
    try {
      const output = await this.startWithAnyImage(sessionId, name, signal);
      signal?.throwIfAborted();
      // Cut while the container started: its data are being deleted, or the engine hung up.
      if (output.destroyed) throw toProviderError(output.errored ?? new BeingDeletedError());
      return await this.follow(name, output, signal);
    } catch (error) {
      await this.end(name);
      if (error instanceof NoFilesError) await this.removeMade(this.names.ofSession(sessionId));
      throw error;
    }
  }

  /** They would hold the volume. */
  async removeOf(sessionId: string): Promise<void> {
    await this.removeAll(`${labels.archiveOf}=${sessionId}`, () => true);
  }

  /** Removes what a server left behind that ended in the middle; now, and again and again until what it returns is called. */
  begin(): () => void {
    const sweep = (): void => {
      void this.sweep().catch((error: unknown) =>
        this.logger.debug({ msg: 'Archives left behind could not be looked for', err: error }),
      );
    };
    sweep();
    const timer = setInterval(sweep, sweepEveryMs).unref();
    return () => clearInterval(timer);
  }

  private async sweep(): Promise<void> {
    await this.removeAll(roleFilter, (name) => !this.underWay.has(name));
    const { Volumes } = await this.docker.listVolumes({
      filters: { label: [this.names.filter, roleFilter], dangling: ['true'] },
    });
    for (const { Name } of Volumes) await this.removeMade(Name);
  }

  /** @throws NoFilesError also where its volume is one that a mount of ours has made, after the session's own was removed */
  private async assertFiles(sessionId: string): Promise<void> {
    try {
      const { Labels: found } = await this.docker.getVolume(this.names.ofSession(sessionId)).inspect();
      if (this.names.isOurs(found) && !isMadeByMount(found)) return;
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    throw new NoFilesError();
  }

  /** Nothing is in it. One that another container holds goes with the next sweep. */
  private async removeMade(name: string): Promise<void> {
    const volume = this.docker.getVolume(name);
    try {
      const { Labels: found } = await volume.inspect();
      if (this.names.isOurs(found) && isMadeByMount(found)) await volume.remove();
    } catch (error) {
      if (!isAbsent(error) && !isConflict(error)) throw error;
    }
  }

  /** An image that is gone, or that lacks the programs, leaves the others. */
  private async startWithAnyImage(sessionId: string, name: string, signal?: AbortSignal): Promise<Readable> {
    let problem: unknown = null;
    for await (const image of this.options.images(sessionId, signal)) {
      signal?.throwIfAborted();
      try {
        return await this.start(sessionId, name, image, signal);
      } catch (error) {
        if (error instanceof NoFilesError || signal?.aborted === true) throw error;
        this.logger.warn({ msg: 'An image cannot be used to read files', sessionId, image, err: error });
        problem ??= error;
        await this.remove(name);
      }
    }
    throw problem;
  }

  private async start(
    sessionId: string,
    name: string,
    image: string,
    signal?: AbortSignal,
  ): Promise<Readable> {
    const container = await this.docker.createContainer(
      toArchiveOptions({
        name,
        image,
        volume: this.names.ofSession(sessionId),
        labels: this.names.labelsOfArchive(sessionId),
        limits: await this.options.limits(),
        runtime: this.options.runtime,
        command: ['sh', '-c', script, workspaceFolder, ...archiveArguments(workspaceFolder, { isGnu: true })],
      }),
    );
    // From here on the container holds it. The session may have been deleted just before, and the engine made another.
    await this.assertFiles(sessionId);
    const output = (await container.attach({
      stream: true,
      stdout: true,
      stderr: true,
    })) as unknown as Readable;
    // An error that nobody hears would end the process, and nobody listens before `follow`: until then `open` asks.
    output.once('error', () => undefined);
    this.underWay.set(name, output);
    signal?.throwIfAborted();
    await container.start();
    return output;
  }

  /** Resolves once there is something to read. @throws NoFilesError where there is nothing */
  private follow(name: string, output: Readable, signal?: AbortSignal): Promise<Readable> {
    return new Promise((resolve, reject) => {
      let said = '';
      const files = new AttachedOutput((chunk) => {
        said += chunk.toString();
        if (said.startsWith(firstWords.begins)) resolve(archive);
        else if (said.startsWith(firstWords.isEmpty)) reject(new NoFilesError());
        said = said.slice(-archiveComplaintsMaxBytes);
      });
      output.once('error', (error) => files.destroy(toProviderError(error)));
      files.once('close', () => output.destroy());
      const archive = wholeOrBroken(output.pipe(files), {
        assertComplete: async () => {
          const code = lastWord.exec(said)?.[1];
          const isComplete = code !== undefined && isArchiveComplete(Number(code), said);
          const complaints = said.replace(firstWords.begins, '');
          if (!isComplete)
            throw new ContainerProviderError('failed', `The files could not be read: ${complaints}`);
        },
        release: () => void this.end(name),
      });
      // It may end before the first word, as the engine does. Afterwards whoever reads it is told.
      archive.once('error', reject);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  /** Never rejects: what is left is found by its label. */
  private async end(name: string): Promise<void> {
    try {
      await this.remove(name);
    } catch (error) {
      this.logger.warn({ msg: 'A container that read files could not be removed yet', name, err: error });
    } finally {
      this.underWay.delete(name);
    }
  }

  /** Resolves when it holds the volume no more, whoever began to remove it. Who reads is told `reason`. */
  private async remove(
    name: string,
    { id = name, reason }: { id?: string; reason?: Error } = {},
  ): Promise<void> {
    // The engine does not remove a container while somebody is connected to what it says and does not read it.
    this.underWay.get(name)?.destroy(reason);
    const container = this.docker.getContainer(id);
    try {
      await container.remove({ force: true }).catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
      await container.wait({ condition: 'removed' });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  private async removeAll(label: string, isMeant: (name: string) => boolean): Promise<void> {
    const filters = { label: [this.names.filter, label] };
    for (const { Id, Names } of await this.docker.listContainers({ all: true, filters })) {
      const name = (Names[0] ?? '').replace(/^\//, '');
      if (isMeant(name)) await this.remove(name, { id: Id, reason: new BeingDeletedError() });
    }
  }
}

class BeingDeletedError extends ContainerProviderError {
  constructor() {
    super('failed', 'The files could not be read: they are being deleted.');
  }
}

function isMadeByMount(found: Readonly<Record<string, string>> | undefined): boolean {
  return found?.[labels.role] === 'archive';
}
