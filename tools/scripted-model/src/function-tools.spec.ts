import { describe, expect, it } from '@jest/globals';

import { chooseFunctionTool, findFolder } from './function-tools.ts';
import { parseScript, type ToolStep } from './script.ts';

function choose(line: string, offered: Readonly<Record<string, readonly string[]>>) {
  const [step] = parseScript(line);
  const tools = new Map(Object.entries(offered).map(([name, names]) => [name, new Set(names)]));
  return chooseFunctionTool(step as ToolStep, { offered: tools, folder: '/w' });
}

describe('chooseFunctionTool', () => {
  it('tells tools of one name apart by their arguments', () => {
    const line = 'edit: a.txt | one | two';
    expect(choose(line, { edit: ['filePath', 'oldString', 'newString'] })?.input).toEqual({
      filePath: '/w/a.txt',
      oldString: 'one',
      newString: 'two',
    });
    expect(choose(line, { edit: ['file_path', 'old_string', 'new_string'] })?.input).toEqual({
      file_path: '/w/a.txt',
      old_string: 'one',
      new_string: 'two',
    });
    expect(choose(line, { edit: ['path'] })).toBeNull();
  });

  it.each([
    ['run: ls', { run_shell_command: ['command', 'description'] }, 'run_shell_command'],
    ['run: ls', { bash: ['command'] }, 'bash'],
    ['start: ls', { run_shell_command: ['command', 'description', 'is_background'] }, 'run_shell_command'],
    ['delete: a', { bash: ['command'] }, 'bash'],
    ['read: a', { read_file: ['file_path'] }, 'read_file'],
    ['write: a <<< b', { write_file: ['file_path', 'content'] }, 'write_file'],
    ['plan: a*', { write_todos: ['todos'] }, 'write_todos'],
    ['plan: a*', { tool_call: ['name', 'arguments'] }, 'tool_call'],
    ['ask: A? | B | C', { ask_user_question: ['questions'] }, 'ask_user_question'],
  ])('does %j with what is offered', (line, offered, name) => {
    expect(choose(line, offered)?.name).toBe(name);
  });

  it('deletes the line with its break', () => {
    const call = choose('edit: a | one |', {
      replace: ['file_path', 'old_string', 'new_string', 'instruction'],
    });
    expect(call?.input).toMatchObject({ old_string: 'one\n', new_string: '' });
  });
});

describe('findFolder', () => {
  it.each([
    "I'm currently working in the directory: /a/b\nand more",
    'env:\n  Working directory: /a/b\n',
    '- **Workspace Directories:**\n  - /a/b\n- **Directory Structure:**',
  ])('finds it in %j', (text) => {
    expect(findFolder(text)).toBe('/a/b');
  });

  it('knows none where none is named', () => {
    expect(findFolder('hello')).toBe('');
  });
});
