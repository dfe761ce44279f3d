import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { attachmentLimits, attachmentPathSchema } from '@codex-webapp/contracts';
import { OpenFolder } from '../workspace/open-below.ts';

/** An image that goes with a prompt is not there, or not what it should be. The message is for the user. */
export class PromptImageError extends Error {}

/**
 * Where an agent finds the images of a prompt. Each is a file of the workspace itself: links are followed neither at the
 * end nor on the way. @throws PromptImageError
 */
export function resolvePromptImages(
  workspacePath: string,
  images: readonly string[],
): Promise<readonly string[]> {
  return Promise.all(images.map((image) => resolveImage(workspacePath, image)));
}

async function resolveImage(workspacePath: string, image: string): Promise<string> {
  const names = attachmentPathSchema.safeParse(image).success ? image.split('/') : [];
  const name = names.pop();
  const bytes = name === undefined ? null : await sizeOfFile(workspacePath, names, name);
  if (name === undefined || bytes === null) {
    throw new PromptImageError(
      `The image ${path.basename(image)} is not in the workspace any more. Attach it again, then send your message again.`,
    );
  }
  if (bytes > attachmentLimits.fileMaxBytes) {
    throw new PromptImageError(
      `The image ${name} is larger than ${attachmentLimits.fileMaxBytes / 1024 / 1024} MiB. Attach a smaller one, then send your message again.`,
    );
  }
  return path.join(workspacePath, ...names, name);
}

/** Null for what is not there, no regular file, or behind a link: none of these is an image of the prompt. */
async function sizeOfFile(root: string, folders: readonly string[], name: string): Promise<number | null> {
  try {
    await using folder = await OpenFolder.open(root, folders);
    const stat = await lstat(folder.entry(name));
    return stat.isFile() ? stat.size : null;
  } catch {
    return null;
  }
}
