import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../../../test/support/wait-for.ts';
import { readProcessTable } from '../../process/index.ts';
import { AgentProgram } from './agent-program.ts';

describe('AgentProgram', () => {
  let root: string;
  let program: AgentProgram;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'agent-program-'));
    const bin = path.join(root, 'bin');
    mkdirSync(bin);
    const npm = path.join(bin, 'npm');
    writeFileSync(npm, `#!/bin/sh\necho $$ > ${root}/npm.pid\nexec sleep 600\n`);
    chmodSync(npm, 0o755);
    program = new AgentProgram({
      id: 'codex',
      name: 'Codex',
      binaryPath: null,
      binaryVariable: null,
      installPath: path.join(root, 'programs'),
      statePath: root,
      environment: { PATH: `${bin}:/usr/bin:/bin` },
      resolveBinary: (file) => Promise.resolve(file),
    });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const pidFile = () => path.join(root, 'npm.pid');
  const isInstalling = () => {
    if (!existsSync(pidFile())) return false;
    const pid = Number(readFileSync(pidFile(), 'utf8'));
    return readProcessTable().some((entry) => entry.pid === pid && !entry.isZombie);
  };

  it('is pinned to one version, as all are', () => {
    const pinned = readFileSync(new URL('../../../agents.json', import.meta.url), 'utf8');
    const { programs } = JSON.parse(pinned) as { programs: Record<string, { version: string }> };
    expect(Object.keys(programs)).toEqual(expect.arrayContaining(['codex', 'claude', 'droid']));
    const loose = Object.values(programs).filter(({ version }) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it.each([
    ['in its first moment', () => Promise.resolve()],
    ['while npm works', () => waitFor(isInstalling, 10_000, 'npm')],
  ])('stops an installation %s, and leaves nothing of it', async (_when, moment) => {
    const installed = program.install();
    const outcome = expect(installed).rejects.toThrow('was stopped');
    await moment();
    await program.stopInstallation();
    await outcome;
    expect(isInstalling()).toBe(false);
    expect(await program.find()).toBeNull();
  });
});
