import { z } from 'zod';

/** Where pages put what belongs to a prompt, below the workspace: `.attachments/<id>/<name>`. */
export const attachmentsFolder = '.attachments';

export const attachmentLimits = {
  /** Bytes of one file. */
  fileMaxBytes: 10 * 1024 * 1024,
  /** Files that go with one prompt. */
  filesMax: 10,
  nameMaxLength: 120,
  /** What all agents take as an image; anything else is a file they open themselves. */
  imageTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
} as const;

/** Two folders deep and no way out: neither the folder nor the name is made of dots alone. */
export const attachmentPathPattern =
  // oxlint-disable-next-line no-control-regex -- names come from other systems, with anything in them
  /^\.attachments\/[A-Za-z0-9-]{1,64}\/(?!\.{1,2}$)[^/\\\u0000-\u001f\u007f]{1,120}$/u;

export const attachmentPathSchema = z.string().regex(attachmentPathPattern);
