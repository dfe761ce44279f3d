import path from 'node:path';
import { attachmentLimits } from '@codex-webapp/contracts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { readRegularFile } from '../programs/read-regular-file.ts';

export interface DroidImage {
  readonly type: 'base64';
  readonly mediaType: string;
  readonly data: string;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** @throws AgentSetupError for one that is gone, or of a kind droid does not take */
export async function readImages(files: readonly string[]): Promise<readonly DroidImage[]> {
  return Promise.all(files.map(readImage));
}

async function readImage(file: string): Promise<DroidImage> {
  const mediaType = mediaTypes[path.extname(file).toLowerCase()];
  const name = path.basename(file);
  if (!mediaType)
    throw new AgentSetupError(`Droid takes images as PNG, JPEG, GIF or WebP, and ${name} is none of these.`);
  try {
    const content = await readRegularFile(file, attachmentLimits.fileMaxBytes);
    return { type: 'base64', mediaType, data: content.toString('base64') };
  } catch (error) {
    throw new AgentSetupError(`The image ${name} cannot be read. Attach it again.`, { cause: error });
  }
}
