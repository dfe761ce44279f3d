import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runStepProgram, type StepProgramEnd } from './step-program.ts';

describe('runStepProgram', () => {
  let folder: string;
  let count = 0;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'step-program-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(
    script: string,
    { signal = new AbortController().signal, onLine = (): void => undefined } = {},
  ): Promise<StepProgramEnd> {
    count += 1;
    return runStepProgram({
      file: 'bash',
      args: ['-c', script],
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '' },
      marker: `step-program-spec-${process.pid}-${count}`,
      timeoutMs: 30_000,
      signal,
      onLine,
    });
  }

  it('lets what a program leaves running tidy up', async () => {
    const left = `bash -c 'trap "sleep 0.1; touch tidied; exit" TERM; touch ready; sleep 60 & wait'`;
    const { exitCode } = await run(`${left} & until [ -e ready ]; do sleep 0.02; done; exit 3`);
    expect(exitCode).toBe(3);
    expect(existsSync(path.join(folder, 'tidied'))).toBe(true);
  });

  it('ends who does not want to end', async () => {
    const ending = new AbortController();
    const script = `trap '' TERM; echo go >&2; while true; do sleep 1; done`;
    const end = await run(script, { signal: ending.signal, onLine: () => ending.abort() });
    expect(end).toEqual({ exitCode: null, isTimedOut: false });
  });
});
