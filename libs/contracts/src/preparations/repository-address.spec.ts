import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { findAddressProblem, findBranchProblem } from './repository-address.ts';

describe('the address of a repository', () => {
  it.each([
    'https://example.org/team/app.git',
    'https://example.org:8443/app',
    'https://127.0.0.1:1/a',
    'https://[::1]:8443/a.git',
    'https://xn--bcher-kva.example/a%20b.git',
    'git@example.org:team/app.git',
    'git@example.org:~user/app',
    'ssh://git@example.org/team/app.git',
    'ssh://git@example.org:2222/team/app.git',
    'ssh://example.org/app',
  ])('may be %s', (address) => expect(findAddressProblem(address)).toBeNull());

  it.each([
    '',
    'example.org/app',
    '/srv/app.git',
    './app',
    'file:///srv/app.git',
    'git://example.org/app.git',
    'http://example.org/app.git',
    'HTTPS://example.org/app.git',
    'ext::sh -c touch% /tmp/x',
    'ext::sh',
    'git@example.org::path',
    'git@-oProxyCommand=x:path',
    'git@example.org:-path',
    '-git@example.org:path',
    'example.org:path',
    'git@[::1]:path',
    'ssh://-oProxyCommand=x/path',
    'ssh://git@-oProxyCommand=x/path',
    'ssh://-l@example.org/path',
    'ssh://git@example.org:0/path',
    'ssh://git@example.org:65536/path',
    'ssh://git@example.org:22x/path',
    'ssh://git@example.org',
    'https://example.org',
    'https://example.org/',
    'https:///app.git',
    'https://example.org/app.git?token=x',
    'https://example.org/app.git#x',
    'https://exa mple.org/app.git',
    'https://example.org/a\nb',
    'https://example.org/a\u0000b',
    'https://bücher.example/a',
    'https://example.org\\@evil.example/a',
    '--upload-pack=touch',
    `https://example.org/${'a'.repeat(500)}`,
  ])('may not be %j', (address) => expect(findAddressProblem(address)).not.toBeNull());

  it.each([
    'https://user:sesame@example.org/a',
    'https://token@example.org/a',
    'ssh://git:sesame@example.org/a',
  ])('has no login in it: %s', (address) => {
    expect(findAddressProblem(address)).toContain('Leave the login out');
    expect(findAddressProblem(address)).not.toContain('sesame');
  });

  it('is never anything that git takes for an option, a helper or a path', () => {
    const pieces = fc.constantFrom(
      'https://',
      'ssh://',
      'git@',
      'ext::',
      'file://',
      '-',
      ':',
      '::',
      '@',
      '/',
      'a.b',
      'x',
      '\n',
      ' ',
      '\\',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (address) => {
        if (findAddressProblem(address) !== null) return;
        expect(address).toMatch(
          /^(?:https:\/\/[^@/-][^@/]*\/|ssh:\/\/(?:\w[\w.-]*@)?[^@/-][^@/]*\/|\w[\w.-]*@[^@:/-][^@:/]*:[^:-])/,
        );
        expect(address).not.toMatch(/\s|^[a-z0-9]+::/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the name of a branch', () => {
  /** As git itself judges, and without what our rules refuse beyond it. */
  function judgeByGit(names: readonly string[]): readonly boolean[] {
    return names.map((name) => {
      try {
        execFileSync('git', ['check-ref-format', `refs/heads/${name}`], { stdio: 'ignore' });
        return !name.startsWith('-') && name !== 'HEAD' && name !== '@';
      } catch {
        return false;
      }
    });
  }

  it.each(['main', 'feature/a-b_c.d', 'v1.2.3', 'ünïcode', 'a@b', 'x{y}'])('may be %s', (name) => {
    expect(findBranchProblem(name)).toBeNull();
  });

  it('is good where git says so', () => {
    const pieces = fc.constantFrom(
      'a',
      '.',
      '..',
      '/',
      '//',
      '.lock',
      '@',
      '{',
      '@{',
      '-',
      '~',
      '^',
      ':',
      '?',
      '*',
      '[',
      '\\',
      ' ',
      '\t',
      '\u007f',
      'HEAD',
      'é',
    );
    const names = fc.array(pieces, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const sample = [...new Set(fc.sample(names, { numRuns: 150, seed: 44 })), '@', 'HEAD', '-a', 'a/HEAD'];
    const judged = judgeByGit(sample);
    const differing = sample.filter((name, index) => (findBranchProblem(name) === null) !== judged[index]);
    expect(differing).toEqual([]);
  });
});
