import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeAuthFiles } from './write-auth-files.ts';

function createFolders() {
  const folder = mkdtempSync(path.join(tmpdir(), 'auth-files-'));
  return { homePath: path.join(folder, 'home'), statePath: path.join(folder, 'state') };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('writeAuthFiles', () => {
  it('puts files where their agents look, for nobody else to read', () => {
    const folders = createFolders();
    writeAuthFiles(
      {
        CODEX_AUTH_FILE_1: base64('{"a":1}'),
        CLAUDE_AUTH_FILE_1: base64('{"b":2}'),
        DROID_AUTH_FILE_1: base64('x'),
        DROID_AUTH_FILE_1_PATH: '~/.factory/auth.v2.key',
      },
      folders,
    );
    const read = (name: string): string => readFileSync(path.join(folders.homePath, name), 'utf8');
    expect(read('.codex/auth.json')).toBe('{"a":1}');
    expect(read('.claude/.credentials.json')).toBe('{"b":2}');
    expect(read('.factory/auth.v2.key')).toBe('x');
    expect(statSync(path.join(folders.homePath, '.codex/auth.json')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(folders.homePath, '.codex')).mode & 0o777).toBe(0o700);
  });

  it.each(['../outside', '/etc/passwd', 'a/../../outside', '', '.', 'folder/', 'a\0b'])(
    'refuses %j as a place and does not say the value of the file',
    (place) => {
      const secret = base64('secret-canary');
      const env = { DROID_AUTH_FILE_2: secret, DROID_AUTH_FILE_2_PATH: place };
      const act = (): void => writeAuthFiles(env, createFolders());
      expect(act).toThrow(/DROID_AUTH_FILE_2_PATH: must be a file below HOME/);
      expect(act).not.toThrow(new RegExp(secret));
    },
  );

  it('names every variable that is not base64', () => {
    const env = { CODEX_AUTH_FILE_1: '{"no":"base64"}', CLAUDE_AUTH_FILE_1: 'a' };
    expect(() => writeAuthFiles(env, createFolders())).toThrow(
      /CODEX_AUTH_FILE_1: is not base64\n.*CLAUDE_AUTH_FILE_1/,
    );
  });

  it('keeps a login the agent has renewed until the environment brings another one', () => {
    const folders = createFolders();
    const target = path.join(folders.homePath, '.codex/auth.json');
    writeAuthFiles({ CODEX_AUTH_FILE_1: base64('old') }, folders);
    writeFileSync(target, 'renewed');
    writeAuthFiles({ CODEX_AUTH_FILE_1: base64('old') }, folders);
    expect(readFileSync(target, 'utf8')).toBe('renewed');
    writeAuthFiles({ CODEX_AUTH_FILE_1: base64('new') }, folders);
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  it('replaces a link instead of writing through it', () => {
    const folders = createFolders();
    writeAuthFiles({ CODEX_AUTH_FILE_1: base64('first') }, folders);
    const victim = path.join(folders.statePath, 'victim');
    writeFileSync(victim, 'untouched');
    const target = path.join(folders.homePath, '.codex/link.json');
    symlinkSync(victim, target);
    writeAuthFiles(
      { CODEX_AUTH_FILE_1: base64('second'), CODEX_AUTH_FILE_1_PATH: '.codex/link.json' },
      folders,
    );
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });
});
