import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';

export interface WriteFileAtomicOptions {
  /** The content is on the disk before it takes its place: a loss of power leaves no empty file either. */
  readonly flush?: boolean;
}

/**
 * Puts a whole new file in place of an old one, by way of `<file>.new` beside it: whoever reads finds one or the other,
 * also after this process was killed. Only its owner may read it. A second write at the same time would take the same
 * draft, so a file has one writer.
 * @throws what the file system says; the old file is then as it was, and no draft is left
 */
export async function writeFileAtomic(
  file: string,
  content: string | Uint8Array,
  { flush = false }: WriteFileAtomicOptions = {},
): Promise<void> {
  const draft = draftOf(file);
  try {
    await writeFile(draft, content, { mode: 0o600, flush });
    await rename(draft, file);
  } catch (error) {
    // Half of a file takes room that a full disk does not have; a folder in its place would be in the way for ever.
    await rm(draft, { force: true, recursive: true });
    throw error;
  }
}

/** The same, done when it returns. */
export function writeFileAtomicSync(
  file: string,
  content: string | Uint8Array,
  { flush = false }: WriteFileAtomicOptions = {},
): void {
  const draft = draftOf(file);
  try {
    writeFileSync(draft, content, { mode: 0o600, flush });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true, recursive: true });
    throw error;
  }
}

/** Removes the file and the draft of a process that was killed while it wrote. Removing what is not there succeeds. */
export async function removeFileAndDraft(file: string): Promise<void> {
  await rm(draftOf(file), { force: true });
  await rm(file, { force: true });
}

function draftOf(file: string): string {
  return `${file}.new`;
}
