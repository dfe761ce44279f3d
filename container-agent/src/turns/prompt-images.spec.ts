import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attachmentLimits } from '@codex-webapp/contracts';
import { PromptImageError, resolvePromptImages } from './prompt-images.ts';

describe('the images of a prompt', () => {
  let root: string;
  let workspace: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'prompt-images-'));
    workspace = path.join(root, 'workspace');
    mkdirSync(path.join(workspace, '.attachments', 'a'), { recursive: true });
    writeFileSync(path.join(root, 'secret.png'), 'secret');
    writeFileSync(path.join(workspace, '.attachments', 'a', 'shot.png'), 'png');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are found below the workspace', async () => {
    expect(await resolvePromptImages(workspace, ['.attachments/a/shot.png'])).toEqual([
      path.join(workspace, '.attachments', 'a', 'shot.png'),
    ]);
  });

  it('are no larger than what can be attached', async () => {
    const file = path.join(workspace, '.attachments', 'a', 'shot.png');
    truncateSync(file, attachmentLimits.fileMaxBytes + 1);
    await expect(resolvePromptImages(workspace, ['.attachments/a/shot.png'])).rejects.toThrow('larger than');
  });

  it('are no links, and not behind any', async () => {
    symlinkSync(path.join(root, 'secret.png'), path.join(workspace, '.attachments', 'a', 'link.png'));
    symlinkSync(root, path.join(workspace, '.attachments', 'b'));
    for (const image of ['.attachments/a/link.png', '.attachments/b/secret.png']) {
      await expect(resolvePromptImages(workspace, [image])).rejects.toThrow(PromptImageError);
    }
  });

  it.each(['.attachments/a/none.png', '.attachments/a', '../secret.png', '/etc/passwd', 'shot.png'])(
    'are not %s',
    async (image) => {
      await expect(resolvePromptImages(workspace, [image])).rejects.toThrow('Attach it again');
    },
  );
});
