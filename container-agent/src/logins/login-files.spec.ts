import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeAuthFiles } from '../auth-files/write-auth-files.ts';
import { LoginFiles } from './login-files.ts';

describe('LoginFiles', () => {
  let root: string;
  let files: LoginFiles;
  const options = () => ({
    sessionId: path.basename(root),
    homePath: path.join(root, 'home'),
    statePath: path.join(root, 'state'),
  });
  const place = '.agent/auth.json';
  const file = () => path.join(root, 'home', place);
  const login = (content = 'canary') => [{ path: place, content }];

  /** Everything that is on the session's volume. */
  const volume = (): string =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'login-files-'));
    files = new LoginFiles(options());
  });
  afterEach(() => {
    files.removeAll();
    rmSync(root, { recursive: true, force: true });
  });

  it('are where the agent looks, and not on the volume', () => {
    expect(files.place('agent', login())).toEqual([]);
    expect(readFileSync(file(), 'utf8')).toBe('canary');
    expect(volume()).not.toContain('canary');
    const target = readlinkSync(file());
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(target)).mode & 0o777).toBe(0o700);
  });

  it('are gone afterwards, from the memory and from HOME', () => {
    files.place('agent', login());
    const target = readlinkSync(file());
    files.removeAll();
    expect(lstatSync(file(), { throwIfNoEntry: false })).toBeUndefined();
    expect(lstatSync(path.dirname(target), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('take the place of one another, and go when there is no login any more', () => {
    files.place('agent', login('one'));
    files.place('agent', login('two'));
    expect(readFileSync(file(), 'utf8')).toBe('two');
    files.place('agent', []);
    expect(lstatSync(file(), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('go when another agent is at work', () => {
    files.place('agent', login());
    const target = readlinkSync(file());
    files.place('another agent', [{ path: '.other', content: 'x' }]);
    expect(lstatSync(file(), { throwIfNoEntry: false })).toBeUndefined();
    expect(lstatSync(target, { throwIfNoEntry: false })).toBeUndefined();
    expect(readFileSync(path.join(root, 'home/.other'), 'utf8')).toBe('x');
  });

  it('leave a login that was made in the session after them, also when the process is killed', () => {
    files.place('agent', login());
    files.place('agent', []);
    writeFileSync(file(), 'of the session');
    new LoginFiles(options()).begin();
    expect(readFileSync(file(), 'utf8')).toBe('of the session');
  });

  it('leave a login that was made in the session, and say so', () => {
    mkdirSync(path.dirname(file()), { recursive: true });
    writeFileSync(file(), 'of the session');
    expect(files.place('agent', login())).toEqual([place]);
    files.removeAll();
    expect(readFileSync(file(), 'utf8')).toBe('of the session');
  });

  it('leave a link that is not theirs', () => {
    mkdirSync(path.dirname(file()), { recursive: true });
    const theirs = path.join(root, 'theirs');
    writeFileSync(theirs, 'untouched');
    symlinkSync(theirs, file());
    expect(files.place('agent', login())).toEqual([place]);
    files.removeAll();
    expect([readlinkSync(file()), readFileSync(theirs, 'utf8')]).toEqual([theirs, 'untouched']);
  });

  it('take the place of what the environment of the container brought', () => {
    const env = {
      AGENT_AUTH_FILE_1: Buffer.from('of the server').toString('base64'),
      AGENT_AUTH_FILE_1_PATH: place,
    };
    writeAuthFiles(env, options());
    expect(files.place('agent', login())).toEqual([]);
    expect(readFileSync(file(), 'utf8')).toBe('canary');
  });

  it('know when the agent wrote another login into them, or put a file of its own there', () => {
    files.place('agent', login());
    expect(files.listRenewed('agent')).toEqual([]);
    writeFileSync(file(), 'renewed');
    expect(files.listRenewed('agent')).toEqual([place]);
    files.place('agent', login());
    writeFileSync(`${file()}.new`, 'renewed-canary');
    renameSync(`${file()}.new`, file());
    expect(files.listRenewed('agent')).toEqual([place]);
    files.removeAll();
    expect(volume()).not.toContain('canary');
  });

  it('take away what a process left that was killed', () => {
    files.place('agent', login());
    rmSync(file());
    writeFileSync(file(), 'renewed-canary');
    const target = path.dirname(
      readdirSync('/dev/shm').includes(`codex-webapp-logins-${path.basename(root)}`)
        ? `/dev/shm/codex-webapp-logins-${path.basename(root)}/x`
        : `${tmpdir()}/codex-webapp-logins-${path.basename(root)}/x`,
    );
    expect(lstatSync(target).isDirectory()).toBe(true);
    const next = new LoginFiles(options());
    next.begin();
    expect(volume()).not.toContain('canary');
    next.place('agent', login('next'));
    expect(readFileSync(file(), 'utf8')).toBe('next');
    expect(readdirSync(target)).toHaveLength(1);
    next.removeAll();
  });
});
