import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findDroidOnPath, resolveDroidBinary } from './droid-binary.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'droid-binary-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function createProgram(...segments: readonly string[]): string {
  const file = path.join(root, ...segments);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

describe('findDroidOnPath', () => {
  it.each([['droid'], ['@factory/cli']])(
    'finds the native program behind the wrapper of %s',
    async (name) => {
      const wrapper = createProgram('node_modules', name, 'bin', 'droid');
      const platformPackage = `@factory/cli-${process.platform}-${process.arch}`;
      const native = createProgram('node_modules', platformPackage, 'bin', 'droid');
      writeFileSync(path.join(root, 'node_modules', platformPackage, 'package.json'), '{}');
      const folder = path.join(root, 'node_modules', '.bin');
      mkdirSync(folder);
      symlinkSync(wrapper, path.join(folder, 'droid'));
      expect(await findDroidOnPath(['/nonexistent', folder].join(path.delimiter))).toBe(native);
    },
  );

  it('takes a program that is no wrapper as it is', async () => {
    const program = createProgram('bin', 'droid');
    expect(await findDroidOnPath(path.join(root, 'bin'))).toBe(program);
    expect(await findDroidOnPath('/nonexistent')).toBeNull();
  });
});

describe('resolveDroidBinary', () => {
  it('keeps a wrapper whose native program is missing', async () => {
    const wrapper = createProgram('node_modules', 'droid', 'bin', 'droid');
    expect(await resolveDroidBinary(wrapper)).toBe(wrapper);
  });
});
