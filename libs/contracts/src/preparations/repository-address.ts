import { gitLoginAdvice } from './git-login-advice.ts';

const addressMaxLength = 500;
const branchMaxLength = 200;

/** Printable ASCII without a space; other letters are written as `%…`, and other hosts as `xn--…`. */
const printable = /^[\x21-\x7e]+$/;
const host =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.?|\[[0-9a-f:.]+\])$/i;
const userName = /^[a-z0-9_][a-z0-9._-]*$/i;
const port = /^[1-9]\d{0,4}$/;

const forms =
  'Write it as https://host/path, git@host:path or ssh://git@host/path. Nothing else can be cloned here.';
const withoutLogin = `Leave the login out of the address: it would be stored and shown with the session. Set ${gitLoginAdvice.https} instead; with an ssh address, ${gitLoginAdvice.ssh}.`;

/**
 * What is wrong with the address of a repository, in words for people; null for a good one. Everything that git would
 * take for an option, a program to run or a path of the machine is refused.
 */
export function findAddressProblem(address: string): string | null {
  if (address === '') return 'The address of the repository is missing.';
  if (address.length > addressMaxLength)
    return `The address may have ${addressMaxLength} characters at the most.`;
  if (!printable.test(address)) return 'The address may have no spaces, control characters or accents.';
  if (address.startsWith('https://')) return findHttpsProblem(address.slice('https://'.length));
  if (address.startsWith('ssh://')) return findSshProblem(address.slice('ssh://'.length));
  if (address.startsWith('http://')) return `What http brings anybody on the way can change. ${forms}`;
  return findScpProblem(address);
}

function findHttpsProblem(rest: string): string | null {
  const { authority, path } = split(rest);
  if (authority.includes('@')) return withoutLogin;
  return isPlace(authority) && isPath(path) ? null : forms;
}

function findSshProblem(rest: string): string | null {
  const { authority, path } = split(rest);
  const at = authority.lastIndexOf('@');
  const login = authority.slice(0, Math.max(at, 0));
  if (login.includes(':')) return withoutLogin;
  if (at >= 0 && !userName.test(login)) return forms;
  return isPlace(authority.slice(at + 1)) && isPath(path) ? null : forms;
}

/** `git@host:path`, as scp writes it. */
function findScpProblem(address: string): string | null {
  const match = /^([^@:/]+)@([^@:/[\]]+):([^:].*)$/.exec(address);
  if (match === null) return forms;
  const [, user = '', name = '', path = ''] = match;
  return userName.test(user) && host.test(name) && isPath(path) ? null : forms;
}

function split(rest: string): { readonly authority: string; readonly path: string } {
  const slash = rest.indexOf('/');
  if (slash < 0) return { authority: rest, path: '' };
  return { authority: rest.slice(0, slash), path: rest.slice(slash + 1) };
}

/** `host` or `host:port`. */
function isPlace(authority: string): boolean {
  const match = /^(.*?)(?::([^:\]]*))?$/.exec(authority);
  const [, name = '', given] = match ?? [];
  return host.test(name) && (given === undefined || (port.test(given) && Number(given) <= 65_535));
}

function isPath(path: string): boolean {
  // A path that begins with `-` would be an option of the program at the other end.
  return /^[^-?#\\]/.test(path) && !/[?#\\]/.test(path);
}

/** Of a name, by the rules of `git check-ref-format`; in words for people, null for a good one. */
export function findBranchProblem(branch: string): string | null {
  if (branch === '') return 'The name of the branch is missing.';
  if (branch.length > branchMaxLength)
    return `The name of a branch may have ${branchMaxLength} characters at the most.`;
  return isBranch(branch) ? null : 'This is no name that a branch can have.';
}

function isBranch(branch: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is refused
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(branch) || /\.\.|@\{|\/\//.test(branch)) return false;
  if (branch === '@' || branch === 'HEAD' || branch.startsWith('-')) return false;
  if (branch.startsWith('/') || branch.endsWith('/') || branch.endsWith('.')) return false;
  return branch.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}
