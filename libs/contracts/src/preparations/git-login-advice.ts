/** What a user sets so that git in a session can log in to repositories; fits after "set". */
export const gitLoginAdvice = {
  https:
    'a token in a secret variable of your Environment (GITHUB_TOKEN, GITLAB_TOKEN or, for any host, GIT_TOKENS as host=token)',
  ssh: 'a private key without a passphrase in the secret variable GIT_SSH_KEY of your Environment',
} as const;
