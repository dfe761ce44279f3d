import { describe, expect, it } from '@jest/globals';
import { explainCloneFailure } from './clone-failure.ts';
import type { GitSsh } from './git-ssh.ts';

const inImage: GitSsh = {
  command: 'git-ssh-session',
  hasKey: true,
  hasKnownHosts: false,
  takesVariables: true,
};
const onMachine: GitSsh = { command: 'ssh', hasKey: true, hasKnownHosts: true, takesVariables: false };

describe('explainCloneFailure', () => {
  it.each([
    ['in the image', inImage, /than it did before.* in a terminal \(ssh-keygen -R <host> -f/],
    ['of given hosts', { ...inImage, hasKnownHosts: true }, /than GIT_SSH_KNOWN_HOSTS has for it/],
    ['outside the image', onMachine, /than the machine of this session knows.* on that machine\.$/],
  ])('says who has to forget another host key: %s', (_where, ssh, reason) => {
    expect(explainCloneFailure('WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!', 128, ssh)).toMatch(reason);
  });

  it('speaks of GIT_SSH_KNOWN_HOSTS only where it counts', () => {
    const output = 'No ED25519 host key is known for [a.org]:22 and you have requested strict checking.';
    expect(explainCloneFailure(output, 128, { ...inImage, hasKnownHosts: true })).toMatch(
      /^GIT_SSH_KNOWN_HOSTS has no line/,
    );
    expect(explainCloneFailure(output, 128, onMachine)).toMatch(/^This session does not know the server/);
  });
});
