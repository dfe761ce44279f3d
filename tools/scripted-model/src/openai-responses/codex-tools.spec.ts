import { describe, expect, it } from '@jest/globals';

import { parseScript, type ToolStep } from '../script.ts';
import { chooseCodexTool, runningCommandOf } from './codex-tools.ts';

function choose(line: string, ...offered: string[]) {
  const [step] = parseScript(line);
  return chooseCodexTool(step as ToolStep, new Set(offered));
}

describe('chooseCodexTool', () => {
  it('runs a command with whichever shell tool is offered', () => {
    expect(choose('run: ls', 'exec_command')?.input).toMatchObject({ cmd: 'ls' });
    expect(choose('run: ls', 'shell_command')?.input).toEqual({ command: 'ls' });
    expect(choose('run: ls', 'shell')?.input).toEqual({ command: ['bash', '-lc', 'ls'] });
    expect(choose('run: ls', 'update_plan')).toBeNull();
  });

  it('quotes the path it reads', () => {
    expect(choose("read: it's.txt", 'shell_command')?.input).toEqual({ command: "cat -- 'it'\\''s.txt'" });
  });

  it('writes and edits files by patch', () => {
    expect(choose('write: a.txt <<< one\\ntwo', 'apply_patch', 'exec_command')).toEqual({
      kind: 'custom',
      name: 'apply_patch',
      input: '*** Begin Patch\n*** Add File: a.txt\n+one\n+two\n*** End Patch',
    });
    expect(choose('edit: a.txt | one | 1', 'apply_patch')?.input).toBe(
      '*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+1\n*** End Patch',
    );
    expect(choose('edit: a.txt | one |', 'apply_patch')?.input).not.toContain('+');
  });

  it('sends the patch through the shell when that is all there is', () => {
    expect(choose('write: a.txt <<< one', 'shell_command')?.input).toEqual({
      command: "apply_patch <<'PATCH'\n*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch\nPATCH",
    });
  });

  it('writes JavaScript for models in code mode', () => {
    expect(choose('plan: a*', 'exec', 'exec.update_plan')).toEqual({
      kind: 'custom',
      name: 'exec',
      input:
        'text(await tools.update_plan({"explanation":"The plan of the script.","plan":[{"step":"a","status":"in_progress"}]}));',
    });
    expect(choose('run: ls', 'exec', 'exec.exec_command')?.input).toContain('tools.write_stdin');
    expect(choose('start: ls', 'exec', 'exec.exec_command')?.input).not.toContain('tools.write_stdin');
  });
});

describe('runningCommandOf', () => {
  it('waits for a command that still runs', () => {
    expect(runningCommandOf('Wall time: 30 s\nProcess running with session ID 42\nOutput:\n')).toMatchObject({
      name: 'write_stdin',
      input: { session_id: 42 },
    });
  });

  it('is null for a finished one', () => {
    expect(runningCommandOf('Process exited with code 0\nOutput:\nhi')).toBeNull();
  });
});
