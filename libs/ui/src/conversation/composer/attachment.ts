import { attachmentLimits, attachmentsFolder } from '@codex-webapp/contracts/prompts';
import { formatBytes } from '../../format-bytes.ts';

/** A file on its way into the workspace, to go with the next prompt. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  /** Where it stands, below the workspace. */
  readonly path: string;
  readonly isImage: boolean;
  /** `waiting`: for the container, which was woken for it. */
  readonly state: 'waiting' | 'uploading' | 'ready' | 'failed';
  /** From 0 to 1. */
  readonly progress: number;
  /** Why it failed, in words. */
  readonly problem: string | null;
  /** Null for one that this page did not upload. */
  readonly file: File | null;
}

const imageTypes: ReadonlySet<string> = new Set(attachmentLimits.imageTypes);

export function toAttachment(file: File): Attachment {
  const id = crypto.randomUUID();
  const name = toSafeName(file.name);
  const isTooLarge = file.size > attachmentLimits.fileMaxBytes;
  return {
    id,
    name,
    path: `${attachmentsFolder}/${id}/${name}`,
    isImage: imageTypes.has(file.type),
    state: isTooLarge ? 'failed' : 'waiting',
    progress: 0,
    problem: isTooLarge ? `It is larger than ${formatBytes(attachmentLimits.fileMaxBytes)}.` : null,
    file,
  };
}

/** One that stands in the workspace already, of a prompt that was taken back. */
export function fromPath(path: string): Attachment {
  const name = path.split('/').at(-1) ?? path;
  const id = crypto.randomUUID();
  return { id, name, path, isImage: true, state: 'ready', progress: 1, problem: null, file: null };
}

/** The same name where it can be one in the workspace; its ending is kept, since it says what the file is. */
export function toSafeName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- names come from other systems, with anything in them
  const safe = name.replaceAll(/[/\\\u0000-\u001f\u007f]/gu, '_').trim();
  if (safe === '' || safe === '.' || safe === '..') return 'file';
  const { nameMaxLength } = attachmentLimits;
  if (safe.length <= nameMaxLength) return safe;
  const ending = /\.[^.]{1,10}$/.exec(safe)?.[0] ?? '';
  return `${safe.slice(0, nameMaxLength - ending.length)}${ending}`;
}

/** The prompt that takes the attachments along: images as such where the agent sees them, other files by their path. */
export function composePrompt(
  text: string,
  attachments: readonly Attachment[],
  takesImages: boolean,
): { readonly text: string; readonly images: readonly string[] } {
  const images = attachments.filter(({ isImage }) => isImage && takesImages);
  const files = attachments.filter((attachment) => !images.includes(attachment));
  const words = text.trim() === '' && files.length === 0 ? 'Look at what is attached.' : text.trim();
  const mentions = files.map(({ path }) => `Attached file: @${path}`).join('\n');
  return {
    text: [words, mentions].filter((part) => part !== '').join('\n\n'),
    images: images.map(({ path }) => path),
  };
}
