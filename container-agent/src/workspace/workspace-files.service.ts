import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { constants, link, lstat, open, opendir, rename, rmdir, unlink } from 'node:fs/promises';
import {
  type WorkspaceFileResponse,
  workspaceLimits,
  type WorkspaceListResponse,
  type WriteWorkspaceFileRequest,
  type WrittenWorkspaceFileResponse,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { Inject, Injectable } from '@nestjs/common';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { OpenFolder } from './open-below.ts';
import { assertRegular, readRegularFile, tooLarge, versionOf } from './read-regular-file.ts';
import { toEntry, toFileResponse } from './workspace-file.mapper.ts';
import { assertWritable, parseWorkspacePath, type WorkspacePath } from './workspace-path.ts';
import { toWorkspaceError } from './workspace.errors.ts';

/** The files of the workspace. No path leaves it: links are never followed, neither at the end nor on the way. */
@Injectable()
export class WorkspaceFilesService {
  /** One write at a time, so that of two with the same `ifVersion` one is told. */
  private writing: Promise<unknown> = Promise.resolve();

  constructor(@Inject(sessionConfig.KEY) private readonly config: SessionConfig) {}

  async list(given: string): Promise<WorkspaceListResponse> {
    const path = parseWorkspacePath(given);
    return this.within(path, async (folder) => {
      const directory = await opendir(folder.path, { encoding: 'buffer', bufferSize: 256 } as never);
      const names: Buffer[] = [];
      for await (const { name } of directory) {
        names.push(name as unknown as Buffer);
        if (names.length > workspaceLimits.listMax) break;
      }
      const kept = names.slice(0, workspaceLimits.listMax);
      const entries = await Promise.all(
        kept.map(async (name) => toEntry(path, name, await statOrNull(folder, name))),
      );
      entries.sort(
        (a, b) => Number(b.type === 'directory') - Number(a.type === 'directory') || compare(a.name, b.name),
      );
      return { path: path.join('/'), entries, isTruncated: names.length > kept.length };
    });
  }

  async read(given: readonly string[]): Promise<WorkspaceFileResponse> {
    const path = parseFilePath(given);
    const { content, stats } = await this.within(path.folders, (folder) =>
      readRegularFile(folder, path.name),
    );
    const isBinary = content.includes(0) || !isUtf8(content);
    return toFileResponse({ path: path.text, content, stats, isBinary, version: versionOf(content) });
  }

  async write(
    given: readonly string[],
    request: WriteWorkspaceFileRequest,
  ): Promise<WrittenWorkspaceFileResponse> {
    const path = parseFilePath(given);
    assertWritable([...path.folders, path.name]);
    const content = decodeContent(request);
    if (content.length > workspaceLimits.fileMaxBytes) throw tooLarge();
    const work = (): Promise<void> =>
      this.within(path.folders, (folder) => this.replace(folder, path.name, content, request.ifVersion), {
        create: true,
      });
    const written = this.writing.then(work);
    // The next write does not care how this one went.
    this.writing = written.catch(() => undefined);
    await written;
    return { path: path.text, sizeBytes: content.length, version: versionOf(content) };
  }

  /** Deletes a file, a link (not what it points to) or an empty folder. */
  async remove(given: readonly string[]): Promise<void> {
    const path = parseFilePath(given);
    assertWritable([...path.folders, path.name]);
    await this.within(path.folders, async (folder) => {
      const target = folder.entry(path.name);
      const stats = await lstat(target);
      await (stats.isDirectory() ? rmdir(target) : unlink(target));
    });
  }

  private async replace(
    folder: OpenFolder,
    name: string,
    content: Buffer,
    ifVersion?: string,
  ): Promise<void> {
    const current = await this.findCurrent(folder, name, ifVersion);
    const draft = folder.entry(`.${name.slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const mode = (current?.mode ?? 0o666) & 0o777;
    const handle = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    try {
      try {
        await handle.writeFile(content);
        if (current) await handle.chmod(mode);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // A link fails where a file has appeared meanwhile; a rename would replace it.
      if (current) await rename(draft, folder.entry(name));
      else await link(draft, folder.entry(name));
    } finally {
      await unlink(draft).catch(() => undefined); // Renamed, or never made.
    }
    await folder.sync();
  }

  /** Null when there is no such file, and the caller agrees. */
  private async findCurrent(
    folder: OpenFolder,
    name: string,
    ifVersion?: string,
  ): Promise<{ mode: number } | null> {
    const stats = await statOrNull(folder, Buffer.from(name));
    if (stats) assertRegular(stats);
    const version =
      stats && ifVersion !== undefined && ifVersion !== 'new'
        ? versionOf((await readRegularFile(folder, name)).content)
        : 'new';
    const isExpected =
      ifVersion === undefined || (ifVersion === 'new' ? stats === null : version === ifVersion);
    if (isExpected) return stats;
    throw new DomainError('workspace.changed', {
      message: 'The file was changed since you read it. Read it again, then write your change.',
    });
  }

  private async within<T>(
    folders: WorkspacePath,
    work: (folder: OpenFolder) => Promise<T>,
    options: { create?: boolean } = {},
  ): Promise<T> {
    try {
      await using folder = await OpenFolder.open(this.config.workspacePath, folders, options);
      return await work(folder);
    } catch (error) {
      throw toWorkspaceError(error);
    }
  }
}

function parseFilePath(given: readonly string[]): { folders: WorkspacePath; name: string; text: string } {
  const path = parseWorkspacePath(given);
  const name = path.at(-1);
  if (name === undefined)
    throw new DomainError('workspace.path_invalid', { message: 'Name a file of the workspace.' });
  return { folders: path.slice(0, -1), name, text: path.join('/') };
}

function decodeContent({ content, encoding }: WriteWorkspaceFileRequest): Buffer {
  if (encoding !== 'base64') return Buffer.from(content);
  const decoded = Buffer.from(content, 'base64');
  // Node leaves out what is not base64; what is left would be another file than the one that was meant.
  if (decoded.toString('base64') === content) return decoded;
  throw new DomainError('request.invalid', {
    message: 'The content is not base64.',
    details: { fields: [{ field: 'content', problems: ['is not base64'] }] },
  });
}

async function statOrNull(folder: OpenFolder, name: Buffer) {
  try {
    return await lstat(folder.entry(name));
  } catch {
    return null; // Gone since it was listed, or not there at all.
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
