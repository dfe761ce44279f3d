import { gitLoginAdvice } from '@codex-webapp/contracts';
import type { GitSsh } from './git-ssh.ts';

type Reason = string | ((ssh: GitSsh) => string);

const causes: readonly (readonly [pattern: RegExp, reason: Reason])[] = [
  [
    /\bssh: (?:\d+: )?(?:command )?not found|There is no ssh on the machine/i,
    'There is no ssh on the machine of this session. Use the https address of the repository.',
  ],
  [/remote host identification has changed|revoked host key/i, explainOtherHostKey],
  [
    /no \S+ host key is known for/i,
    ({ hasKnownHosts, takesVariables }) =>
      hasKnownHosts && takesVariables
        ? 'GIT_SSH_KNOWN_HOSTS has no line for the server of the repository, so it is not trusted. Add the line that ssh-keyscan prints for it, once you have compared it with what the server publishes.'
        : 'This session does not know the server of the repository, so it does not trust it.',
  ],
  [
    /host key verification failed/i,
    "The host key of the repository's server could not be verified, so git did not log in.",
  ],
  [/permission denied \(|too many authentication failures/i, explainRefusedKey],
  [
    /authentication failed|invalid credentials|the requested url returned error: 40[13]/i,
    'The server of the repository refuses the login that it was given: the token has ended, or may not read this repository.',
  ],
  [
    /could not read username|terminal prompts disabled/i,
    `The server of the repository wants a login, or there is no such repository. Set ${gitLoginAdvice.https}, then try again.`,
  ],
  [/remote branch .* not found/i, 'The repository has no such branch.'],
  [
    /repository (?:.* )?not found|does not exist|not found$|returned error: 404|could not be found|does not appear to be a git repository/im,
    'There is no repository at this address, or none that the login of this session may read.',
  ],
  [
    /could not resolve host/i,
    'The host of the address is not known. Is it spelled right, and may this session reach the internet?',
  ],
  [
    /could not connect|connection (?:refused|timed out|reset|closed)|failed to connect|network is unreachable|no route to host|not responding|too slow/i,
    'The server of the repository cannot be reached from this session.',
  ],
  [/certificate|ssl/i, 'The server of the repository shows a certificate that is not trusted here.'],
  [/no space left|disk quota/i, 'The disk of the session is full.'],
];

/** Why a clone failed, from what git said. */
export function explainCloneFailure(output: string, exitCode: number | null, ssh: GitSsh): string {
  const reason = causes.find(([pattern]) => pattern.test(output))?.[1];
  if (typeof reason === 'function') return reason(ssh);
  return reason ?? `Git could not clone the repository (it ended with ${exitCode ?? 'a signal'}).`;
}

function explainOtherHostKey({ hasKnownHosts, takesVariables }: GitSsh): string {
  if (!takesVariables)
    return 'The server of the repository shows another host key than the machine of this session knows: it was set up anew, or something else answers in its place. If the new key is right, have the old one removed from known_hosts on that machine.';
  if (hasKnownHosts)
    return 'The server of the repository shows another host key than GIT_SSH_KNOWN_HOSTS has for it, so it is not trusted.';
  return 'The server of the repository shows another host key than it did before: it was set up anew, or something else answers in its place. If the new key is right, forget the old one in a terminal (ssh-keygen -R <host> -f ~/.ssh/known_hosts), then try again.';
}

function explainRefusedKey({ hasKey, takesVariables }: GitSsh): string {
  if (!takesVariables)
    return 'The server of the repository takes none of the ssh keys of the machine that this session runs on. Use the https address, or have a key set up there.';
  if (hasKey)
    return 'The server of the repository refuses the key of GIT_SSH_KEY. Is its public half a deploy key of this repository, or a key of somebody who may read it?';
  return `The server of the repository wants an ssh key. Set ${gitLoginAdvice.ssh}, or use the https address and a token. Then try again.`;
}
