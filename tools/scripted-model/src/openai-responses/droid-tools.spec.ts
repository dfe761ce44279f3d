import { describe, expect, it } from '@jest/globals';

import { parseScript, type ToolStep } from '../script.ts';
import { chooseDroidTool, withoutExitLine } from './droid-tools.ts';

function choose(line: string, ...offered: string[]) {
  const [step] = parseScript(line);
  return chooseDroidTool(step as ToolStep, { offered: new Set(offered), folder: '/workspace' });
}

describe('chooseDroidTool', () => {
  it('runs a command and waits, or lets it go on', () => {
    expect(choose('run: ls', 'Execute')?.input).toMatchObject({ command: 'ls', fireAndForget: false });
    expect(choose('start: ls', 'Execute')?.input).toMatchObject({ command: 'ls', fireAndForget: true });
    expect(choose('run: ls', 'exec_command')).toBeNull();
  });

  it('changes files by patch where droid offers it, else with its own tools', () => {
    expect(choose('write: a.txt <<< one', 'ApplyPatch', 'Create')).toEqual({
      kind: 'custom',
      name: 'ApplyPatch',
      input: '*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch',
    });
    expect(choose('write: a.txt <<< one', 'Create')?.input).toEqual({
      file_path: 'a.txt',
      content: 'one\n',
    });
    expect(choose('edit: a.txt | one | 1', 'Edit')?.input).toEqual({
      file_path: 'a.txt',
      old_str: 'one',
      new_str: '1',
    });
    expect(choose("delete: it's.txt", 'Execute')?.input).toMatchObject({ command: "rm -- 'it'\\''s.txt'" });
    expect(choose('move: a | b | one | 1', 'Edit', 'Execute')).toBeNull();
  });

  it('reads by absolute path, as droid demands', () => {
    expect(choose('read: a.txt', 'Read')?.input).toEqual({ file_path: '/workspace/a.txt' });
    expect(choose('read: /etc/hosts', 'Read')?.input).toEqual({ file_path: '/etc/hosts' });
  });

  it('writes plans and questions as the texts that droid reads', () => {
    expect(choose('plan: look✓ | write* | test', 'TodoWrite')?.input).toEqual({
      todos: '1. [completed] look\n2. [in_progress] write\n3. [pending] test',
    });
    expect(choose('ask: Tea or coffee? | Tea | Coffee', 'AskUser')?.input).toEqual({
      questionnaire: '1. [question] Tea or coffee?\n[topic] Question\n[option] Tea\n[option] Coffee',
    });
    expect(choose('propose: First this.\\nThen that.', 'ExitSpecMode')?.input).toEqual({
      plan: 'First this.\nThen that.',
    });
  });
});

describe('withoutExitLine', () => {
  it('leaves what the command said', () => {
    expect(withoutExitLine('hi\nthere\n\n\n[Process exited with code 0]')).toBe('hi\nthere');
    expect(withoutExitLine('hi')).toBe('hi');
  });
});
