import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from './support/describe-with.ts';
import { makeSshKey, type SshKey } from './support/ssh-server.ts';

const program = fileURLToPath(new URL('../git-ssh-session', import.meta.url));
const isSshHere = spawnSync('ssh-keygen', ['-?']).error === undefined;

interface Said {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

describeWith(
  'ssh',
  isSshHere,
  'The package openssh-client has it.',
)('git-ssh-session', () => {
  let folder: string;
  let ed25519: SshKey;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'git ssh session-'));
    ed25519 = makeSshKey();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(
    variables: Readonly<Record<string, string>>,
    args: readonly string[] = ['--check'],
    searchPath = process.env['PATH'] ?? '',
  ): Said {
    const env = { HOME: folder, PATH: searchPath, ...variables };
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
    return { status, output: stdout.trim(), errors: stderr.trim() };
  }
  /** The fingerprint of the key it takes, or what it says is wrong. */
  const check = (key: string): string => {
    const { status, output, errors } = run({ GIT_SSH_KEY: key });
    return status === 0 ? output : errors;
  };
  const convert = (key: SshKey, format: string): string => {
    const file = path.join(folder, `key-${format}`);
    writeFileSync(file, key.privateKey, { mode: 0o600 });
    execFileSync('ssh-keygen', ['-q', '-p', '-N', '', '-P', '', '-m', format, '-f', file]);
    return readFileSync(file, 'utf8');
  };

  /** In the place of ssh: shows what it was started with, and the files that it would read. */
  function runWithSpy(variables: Readonly<Record<string, string>>): Said {
    const bin = path.join(folder, 'spy');
    mkdirSync(bin, { recursive: true });
    const script = [
      '#!/bin/sh',
      'echo "key:$GIT_SSH_KEY hosts:$GIT_SSH_KNOWN_HOSTS"',
      'for one in "$@"; do echo "$one"; case $one in *File=/*) stat -c "mode:%a" "${one#*=}"; stat -f -c "on:%T" "${one#*=}";; esac; done',
      'exit 7',
    ].join('\n');
    writeFileSync(path.join(bin, 'ssh'), script, { mode: 0o755 });
    return run(variables, ['-p', '22', 'host', 'git-upload-pack'], `${bin}:${process.env['PATH']}`);
  }

  it('takes a key however it came through a form, a file or a pipeline', () => {
    const { privateKey, fingerprint } = ed25519;
    const body = privateKey.split('\n').slice(1, -2);
    const oneLine = [privateKey.split('\n')[0], ...body, privateKey.split('\n').at(-2)].join(' ');
    for (const form of [
      privateKey,
      privateKey.trim(),
      `\n  ${privateKey.replaceAll('\n', '\n  ')}`,
      privateKey.replaceAll('\n', '\r\n'),
      privateKey.replaceAll('\n', '\\n'),
      oneLine,
      Buffer.from(privateKey).toString('base64'),
      Buffer.from(privateKey).toString('base64').replaceAll(/.{76}/g, '$&\n'),
    ])
      expect(check(form)).toBe(fingerprint);
  });

  it.each([
    ['RSA', ['-t', 'rsa', '-b', '2048']],
    ['ECDSA', ['-t', 'ecdsa']],
  ])('takes a key of %s as OpenSSH, PEM and PKCS#8 write it', (_kind, args) => {
    const key = makeSshKey(...args);
    expect(check(key.privateKey)).toBe(key.fingerprint);
    for (const format of ['PEM', 'PKCS8']) expect(check(convert(key, format))).toBe(key.fingerprint);
  });

  it('says what is wrong with a key that is none', () => {
    const { privateKey, publicKey } = ed25519;
    expect(check('sesame')).toMatch(/is not a private key/);
    expect(check(Buffer.from('sesame').toString('base64'))).toMatch(/is not a private key/);
    expect(check(publicKey)).toMatch(/is the public half/);
    expect(check('-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----')).toMatch(/is the public half/);
    expect(check('PuTTY-User-Key-File-3: ssh-ed25519\nx')).toMatch(/PuTTY/);
    expect(check(privateKey.slice(0, 200))).toMatch(/is cut off/);
    expect(check(privateKey.replace(/\n.{40}/, '\n'))).toMatch(/is damaged/);
  });

  it.each([
    ['OpenSSH', ['-t', 'ed25519']],
    ['PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['PKCS#8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
  ])('says that a key of %s has a passphrase', (_form, args) => {
    const { privateKey } = makeSshKey('-N', 'open sesame', ...args);
    expect(check(privateKey)).toMatch(/^git-ssh-session: GIT_SSH_KEY has a passphrase/);
  });

  it('says that there is no ssh', () => {
    const empty = path.join(folder, 'bin');
    mkdirSync(empty);
    expect(run({ GIT_SSH_KEY: ed25519.privateKey }, ['--check'], empty)).toMatchObject({
      status: 255,
      errors: expect.stringMatching(/^git-ssh-session: There is no ssh on the machine of this session\./),
    });
  });

  it('keeps the key in memory for one connection, for nobody else to read', () => {
    const { status, output } = runWithSpy({ GIT_SSH_KEY: ed25519.privateKey, GIT_SSH_KNOWN_HOSTS: 'a b c' });
    expect(status).toBe(7);
    expect(output).toMatch(/^key: hosts:$/m);
    expect(output).toMatch(/^IdentityFile=\/dev\/shm\/.*\nmode:600\non:tmpfs$/m);
    expect(output).toMatch(/^IdentitiesOnly=yes$/m);
    expect(output).toMatch(/^StrictHostKeyChecking=yes$/m);
    expect(output).toMatch(/^UserKnownHostsFile=\/dev\/shm\//m);
    expect(output).toMatch(/^-p\n22\nhost\ngit-upload-pack$/m);
    const place = path.dirname(/^IdentityFile=(.*)$/m.exec(output)?.[1] ?? '/dev/shm/none/key');
    expect(path.basename(place)).toMatch(/^git-ssh-session-\d+-\w{8}$/);
    expect(existsSync(place)).toBe(false);
  });

  it('removes what one that was killed at once has left, and nothing of one that is running', () => {
    const { pid } = spawnSync('true');
    const [stale, running] = [`${pid}-stalekey`, `${process.pid}-livelong`].map(
      (name) => `/dev/shm/git-ssh-session-${name}`,
    ) as [string, string];
    for (const place of [stale, running]) {
      mkdirSync(place, { mode: 0o700 });
      writeFileSync(path.join(place, 'key'), 'of nobody');
    }
    try {
      run({});
      expect([existsSync(stale), existsSync(running)]).toEqual([false, true]);
    } finally {
      for (const place of [stale, running]) rmSync(place, { recursive: true, force: true });
    }
  });

  it('says what there is no room for in memory', () => {
    const bin = path.join(folder, 'no-memory');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'stat'), '#!/bin/sh\necho ext2/ext3\n', { mode: 0o755 });
    for (const name of ['GIT_SSH_KEY', 'GIT_SSH_KNOWN_HOSTS']) {
      const { status, errors } = run({ [name]: 'x' }, ['--check'], `${bin}:${process.env['PATH']}`);
      expect(status).toBe(255);
      expect(errors).toMatch(new RegExp(`no room in memory for ${name},`));
    }
  });

  it('starts the program of GIT_SSH in its place, once, and not to check a key', () => {
    const other = path.join(folder, 'other.sh');
    writeFileSync(other, '#!/bin/sh\necho "other $*"\n', { mode: 0o755 });
    expect(run({ GIT_SSH: other }, ['host']).output).toBe('other host');
    expect(run({ GIT_SSH: other }).output).toBe('No GIT_SSH_KEY: ssh uses the keys in ~/.ssh.');
    expect(runWithSpy({ GIT_SSH: program }).status).toBe(7);
  });

  it('has the keys and hosts of the HOME of the session where none are given', () => {
    const { output } = runWithSpy({});
    expect(output).toContain(`IdentityFile="${folder}/.ssh/id_ed25519"`);
    expect(output).toContain(`UserKnownHostsFile="${folder}/.ssh/known_hosts"`);
    expect(output).toMatch(/^StrictHostKeyChecking=accept-new$/m);
    expect(output).toMatch(/^BatchMode=yes$/m);
    expect(statSync(path.join(folder, '.ssh')).mode & 0o777).toBe(0o700);
  });
});
