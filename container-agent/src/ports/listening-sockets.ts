import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A TCP socket that waits for connections, as /proc/net knows it. */
export interface ListeningSocket {
  readonly port: number;
  /** Whether a connection to a loopback address reaches it. */
  readonly isOnLoopback: boolean;
  /** Names the socket to the processes that hold it. */
  readonly inode: string;
}

const listenState = '0A';
const anyAddress = /^0+$/;
/** 127.0.0.0/8, as the kernel prints it: the bytes of each word in the machine's order. */
const loopback4 = /^[0-9A-F]{6}7F$/;
const loopback6 = '00000000000000000000000001000000';
const mappedLoopback = /^0{16}FFFF0000[0-9A-F]{6}7F$/;

/** Every listening socket of our network namespace. Empty where there is no /proc. */
export function readListeningSockets(): readonly ListeningSocket[] {
  return ['tcp', 'tcp6'].flatMap((name) => parseListeningSockets(readText(`/proc/net/${name}`)));
}

export function parseListeningSockets(table: string): readonly ListeningSocket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const [address = '', portHex = ''] = local.split(':');
      const port = Number.parseInt(portHex, 16);
      if (state !== listenState || !Number.isInteger(port) || inode === undefined) return [];
      return [{ port, isOnLoopback: isReachable(address), inode }];
    });
}

function isReachable(address: string): boolean {
  return (
    anyAddress.test(address) ||
    loopback4.test(address) ||
    address === loopback6 ||
    mappedLoopback.test(address)
  );
}

/** Which process holds each of these sockets, as far as we may look. */
export function findHolders(
  inodes: ReadonlySet<string>,
  pids: readonly number[],
): ReadonlyMap<string, number> {
  const holders = new Map<string, number>();
  for (const pid of pids) {
    for (const inode of listSockets(pid)) if (inodes.has(inode)) holders.set(inode, pid);
    if (holders.size === inodes.size) break;
  }
  return holders;
}

function listSockets(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => socketOf(`/proc/${pid}/fd/${fd}`) ?? []);
  } catch {
    return []; // Gone, or another user's.
  }
}

function socketOf(file: string): string | null {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(file))?.[1] ?? null;
  } catch {
    return null; // Closed meanwhile.
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // No /proc, or no IPv6.
  }
}
