import { accessSync, constants } from 'node:fs';

/** The best of the shells there are; every POSIX system has the last one. */
const shells = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/bin/sh'];

/** A login shell of ours, so that PATH and prompt are what they are in any terminal. */
export function findShell(): string {
  return shells.find(isExecutable) ?? '/bin/sh';
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, which is the question.
  }
}
