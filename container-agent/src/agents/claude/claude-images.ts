import path from 'node:path';
import { attachmentLimits } from '@codex-webapp/contracts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { readRegularFile } from '../programs/read-regular-file.ts';

/** What the model can look at. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

/** The text and images of a prompt as the Messages API takes them. @throws AgentSetupError */
export async function toContent(text: string, imagePaths: readonly string[]): Promise<readonly object[]> {
  const images = await Promise.all(imagePaths.map(toImageBlock));
  return [...images, { type: 'text', text }];
}

async function toImageBlock(file: string): Promise<object> {
  const name = path.basename(file);
  const mediaType = mediaTypes[path.extname(file).toLowerCase()];
  if (!mediaType)
    throw new AgentSetupError(`Claude Code cannot look at ${name}. Attach a PNG, JPEG, GIF or WebP.`);
  const content = await readRegularFile(file, attachmentLimits.fileMaxBytes).catch((cause: unknown) => {
    throw new AgentSetupError(`The image ${name} cannot be read. Attach it again.`, { cause });
  });
  const data = content.toString('base64');
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data } };
}
