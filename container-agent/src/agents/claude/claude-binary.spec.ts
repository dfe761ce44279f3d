import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findClaudeOnPath, resolveNativeClaude } from './claude-binary.ts';

describe('the program of Claude Code', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'claude-binary-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(file: string): string {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, '');
    chmodSync(target, 0o755);
    return target;
  }

  function installPlaceholder(): string {
    const placeholder = write('node_modules/@anthropic-ai/claude-code/bin/claude.exe');
    const link = path.join(root, 'node_modules/.bin/claude');
    mkdirSync(path.dirname(link));
    symlinkSync(placeholder, link);
    return link;
  }

  function installNative(suffix = ''): string {
    const folder = `node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}${suffix}`;
    writeFileSync(path.join(path.dirname(write(`${folder}/claude`)), 'package.json'), '{}');
    return path.join(root, folder, 'claude');
  }

  it('is the native one behind the placeholder that npm links', async () => {
    const link = installPlaceholder();
    const native = installNative();
    expect(await findClaudeOnPath(path.dirname(link))).toBe(native);
  });

  it('is the one for the other C library where only that is installed', async () => {
    const link = installPlaceholder();
    const native = installNative('-musl');
    expect(await resolveNativeClaude(link)).toBe(native);
  });

  it('is what was found where it is no package of npm, or one without its native program', async () => {
    expect(await resolveNativeClaude(write('claude'))).toBe(path.join(root, 'claude'));
    const link = installPlaceholder();
    expect(await resolveNativeClaude(link)).toBe(link);
    expect(await findClaudeOnPath(root.concat('/nothing'))).toBeNull();
  });
});
