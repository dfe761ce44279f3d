import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { attachmentLimits } from '@codex-webapp/contracts';
import type { AgentTurn } from '../agent-driver.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { readRegularFile } from '../programs/read-regular-file.ts';

type Block = Readonly<Record<string, unknown>>;

const imageTypes: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

/** The message as the agent takes it: pictures themselves where it looks at them, else where they are. */
export async function toPrompt(
  turn: AgentTurn,
  {
    text,
    agentName,
    takesImages,
  }: { readonly text: string; readonly agentName: string; readonly takesImages: boolean },
): Promise<readonly Block[]> {
  if (turn.imagePaths.length > 0 && !takesImages) {
    const told = `${agentName} does not look at pictures; it is told where they are.`;
    await turn.emit({ type: 'notice.raised', level: 'warning', text: told });
  }
  const images = await Promise.all(
    turn.imagePaths.map(async (file) => (takesImages ? toImage(file) : toLink(file))),
  );
  return [...images, { type: 'text', text }];
}

async function toImage(file: string): Promise<Block> {
  const mimeType = imageTypes[path.extname(file).toLowerCase()];
  if (!mimeType) return toLink(file);
  const content = await readRegularFile(file, attachmentLimits.fileMaxBytes).catch((cause: unknown) => {
    throw new AgentSetupError(`The image ${path.basename(file)} cannot be read. Attach it again.`, { cause });
  });
  return { type: 'image', mimeType, data: content.toString('base64'), uri: pathToFileURL(file).href };
}

function toLink(file: string): Block {
  return { type: 'resource_link', uri: pathToFileURL(file).href, name: path.basename(file) };
}
