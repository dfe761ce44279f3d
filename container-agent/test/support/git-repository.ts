import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const author = {
  GIT_AUTHOR_NAME: 'Author',
  GIT_AUTHOR_EMAIL: 'author@example.org',
  GIT_COMMITTER_NAME: 'Author',
  GIT_COMMITTER_EMAIL: 'author@example.org',
};

/** `repositories/team/app.git` below the folder: `main` with two commits, and a branch `next` at the first. */
export function makeRepository(folder: string): void {
  const work = path.join(folder, 'work');
  const git = (...args: readonly string[]): void => {
    execFileSync('git', args, {
      cwd: work,
      env: { PATH: process.env['PATH'], HOME: folder, ...author },
      stdio: 'pipe',
    });
  };
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', work]);
  writeFileSync(path.join(work, 'README.md'), 'first\n');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  writeFileSync(path.join(work, 'README.md'), 'second\n');
  git('commit', '--quiet', '-a', '-m', 'second');
  git('branch', 'next', 'HEAD~1');
  git('clone', '--quiet', '--bare', work, path.join(folder, 'repositories', 'team', 'app.git'));
}
