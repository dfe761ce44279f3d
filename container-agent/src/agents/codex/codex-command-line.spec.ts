import { describe, expect, it } from '@jest/globals';
import { unwrapShell } from './codex-command-line.ts';

describe('unwrapShell', () => {
  it.each([
    ["/bin/bash -lc 'echo hi; sleep 1'", 'echo hi; sleep 1'],
    [`/bin/bash -lc "cat -- 'new.txt'"`, "cat -- 'new.txt'"],
    ['/bin/bash -lc "echo \\"\\$HOME\\" \'x\'"', `echo "$HOME" 'x'`],
    ['bash -lc ls', 'ls'],
    ["/usr/bin/zsh -lc 'a\nb'", 'a\nb'],
    [`/bin/bash -lc 'apply $'"'x y'"`, "apply $'x y'"],
    ['/bin/bash -lc one two', '/bin/bash -lc one two'],
    ['git status', 'git status'],
  ])('reads %j', (commandLine, command) => {
    expect(unwrapShell(commandLine)).toBe(command);
  });
});
