import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findCodexOnPath, resolveNativeBinary } from './codex-binary.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'codex-binary-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function createProgram(...segments: readonly string[]): string {
  const file = path.join(root, ...segments);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

/** What npm makes of `@openai/codex`: a wrapper, its link on PATH, and the native program in a package of its own. */
function installWithNpm(): { readonly native: string; readonly folder: string } {
  const wrapper = createProgram('node_modules', '@openai', 'codex', 'bin', 'codex.js');
  const platformPackage = `codex-${process.platform}-${process.arch}`;
  const native = createProgram(
    'node_modules',
    '@openai',
    platformPackage,
    'vendor',
    'any-target',
    'bin',
    'codex',
  );
  writeFileSync(path.join(root, 'node_modules', '@openai', platformPackage, 'package.json'), '{}');
  const folder = path.join(root, 'node_modules', '.bin');
  mkdirSync(folder);
  symlinkSync(wrapper, path.join(folder, 'codex'));
  return { native, folder };
}

describe('findCodexOnPath', () => {
  it('finds the native program behind the wrapper of npm', async () => {
    const { native, folder } = installWithNpm();
    expect(await findCodexOnPath(['/nonexistent', folder].join(path.delimiter))).toBe(native);
  });

  it('takes a program that is no wrapper as it is', async () => {
    const program = createProgram('bin', 'codex');
    expect(await findCodexOnPath(path.join(root, 'bin'))).toBe(program);
  });

  it.each([undefined, '', '.', '/nonexistent'])('finds nothing on %j', async (searchPath) => {
    expect(await findCodexOnPath(searchPath)).toBeNull();
  });
});

describe('resolveNativeBinary', () => {
  it('keeps a wrapper whose native program is missing', async () => {
    const wrapper = createProgram('node_modules', '@openai', 'codex', 'bin', 'codex.js');
    expect(await resolveNativeBinary(wrapper)).toBe(wrapper);
  });
});
