import { portLimits, type ListeningPort, type PortListResponse } from '@codex-webapp/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { hasEnvironmentVariable, readProcessTable, type ProcessEntry } from '../process/process-table.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { findHolders, readListeningSockets } from './listening-sockets.ts';

/**
 * The TCP ports that programs of the session listen on: in a container of its own all there are, on a shared machine
 * those of what the session started.
 */
@Injectable()
export class PortsService {
  constructor(@Inject(sessionConfig.KEY) private readonly config: SessionConfig) {}

  list(): PortListResponse {
    const sockets = readListeningSockets();
    const table = new Map(readProcessTable().map((entry) => [entry.pid, entry]));
    const candidates = [...table.keys()].filter((pid) => pid !== process.pid);
    const holders = findHolders(new Set(sockets.map(({ inode }) => inode)), [process.pid, ...candidates]);
    const { isContained, workspacePath } = this.config;
    const ports = new Map<number, ListeningPort>();
    for (const { port, inode, isOnLoopback } of sockets) {
      const holder = table.get(holders.get(inode) ?? 0) ?? null;
      if (holder?.pid === process.pid) continue;
      if (!isContained && !isOfSession(holder, table, workspacePath)) continue;
      const known = ports.get(port);
      ports.set(port, {
        port,
        processName: known?.processName ?? holder?.name ?? null,
        canPreview: isOnLoopback || known?.canPreview === true,
      });
    }
    const sorted = [...ports.values()].sort((a, b) => a.port - b.port);
    return { ports: sorted.slice(0, portLimits.listMax) };
  }
}

/** Started by us, however many programs lie between: by its parents, or by the workspace that it was told. */
function isOfSession(
  holder: ProcessEntry | null,
  table: ReadonlyMap<number, ProcessEntry>,
  workspacePath: string,
): boolean {
  if (!holder) return false;
  if (hasEnvironmentVariable(holder.pid, 'WORKSPACE_PATH', workspacePath)) return true;
  const seen = new Set<number>();
  for (let entry: ProcessEntry | undefined = holder; entry; entry = table.get(entry.parentPid)) {
    if (entry.pid === process.pid) return true;
    if (seen.has(entry.pid)) return false;
    seen.add(entry.pid);
  }
  return false;
}
