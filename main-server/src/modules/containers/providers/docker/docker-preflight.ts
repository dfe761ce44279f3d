import { z } from 'zod';

/** What `docker info` says of itself, as far as it matters here. Engines leave out what they do not know. */
export const engineInfoSchema = z.object({
  ServerVersion: z.string().default(''),
  OSType: z.string().default('linux'),
  OperatingSystem: z.string().default(''),
  SecurityOptions: z.array(z.string()).nullish(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  MemoryLimit: z.boolean().default(false),
  SwapLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  CpuCfsQuota: z.boolean().default(false),
  OomKillDisable: z.boolean().optional(),
  LiveRestoreEnabled: z.boolean().default(false),
  NCPU: z.number().default(1),
  MemTotal: z.number().default(0),
  RuncCommit: z.object({ ID: z.string() }).nullish(),
});
export type EngineInfo = z.infer<typeof engineInfoSchema>;

export interface EngineFinding {
  /** `user-namespaces`, …: what it is called in the log. */
  readonly name: string;
  /** What is missing and what that means, for people. */
  readonly text: string;
  /** Whether no session may run like this. */
  readonly isFatal: boolean;
}

export interface EngineWishes {
  readonly runtime: string | null;
  /** From `docker version`; null when the engine does not say. */
  readonly runcVersion: string | null;
  /** Whether the volume driver keeps to a size. */
  readonly sizesVolumes: boolean;
  readonly largestMemoryBytes: number;
  /** What the watch over volumes allows, in words, where the driver does not. */
  readonly diskBound: string;
}

const engineMin = [20, 10];
/** CVE-2025-31133, CVE-2025-52565 and CVE-2025-52881: ways out of a container. */
const runcMin = [1, 2, 8];

/** What this engine cannot do of what sessions should be kept by. Pure; the first ones are the gravest. */
export function findShortcomings(info: EngineInfo, wishes: EngineWishes): readonly EngineFinding[] {
  const options = (info.SecurityOptions ?? []).map((option) => option.split(',')[0]);
  const has = (option: string): boolean => options.includes(`name=${option}`);
  const hasOptions = info.SecurityOptions !== undefined && info.SecurityOptions !== null;
  const runtimes = Object.keys(info.Runtimes ?? {});
  const missingLimits = [
    info.MemoryLimit ? [] : ['memory'],
    info.PidsLimit ? [] : ['processes'],
    info.CpuCfsQuota ? [] : ['CPUs'],
  ].flat();
  const findings: readonly (EngineFinding | false)[] = [
    info.OSType !== 'linux' &&
      fatal('operating-system', `Sessions are Linux containers; this engine runs ${info.OSType}.`),
    isOlder(info.ServerVersion, engineMin) &&
      fatal('engine-version', `Docker ${info.ServerVersion} is too old: 20.10 or newer is needed.`),
    wishes.runtime !== null &&
      !runtimes.includes(wishes.runtime) &&
      fatal(
        'runtime',
        `The engine has no runtime named ${wishes.runtime} (CONTAINER_RUNTIME). It has: ${runtimes.join(', ')}.`,
      ),
    hasOptions &&
      !has('seccomp') &&
      fatal(
        'seccomp',
        'The engine filters no system calls (seccomp is off): a session could attack the kernel.',
      ),
    missingLimits.length > 0 &&
      fatal(
        'limits',
        `The engine cannot limit ${missingLimits.join(' and ')}: one session could take the machine down.`,
      ),
    !info.SwapLimit &&
      warning('swap-limit', 'Swap is not limited: a session may use some beyond its memory.'),
    !wishes.sizesVolumes &&
      warning(
        'volume-size',
        `Volumes have no size here: a watch stops a session that holds more (${wishes.diskBound}).`,
      ),
    !has('userns') &&
      !has('rootless') &&
      warning(
        'user-namespaces',
        'User namespaces are off: who breaks out of a container is not held back by them.',
      ),
    wishes.runcVersion !== null &&
      isOlder(wishes.runcVersion, runcMin) &&
      (wishes.runtime ?? 'runc') === 'runc' &&
      warning(
        'runc-version',
        `runc ${wishes.runcVersion}: ways out of it are known before 1.2.8, unless your distribution mended them.`,
      ),
    !info.LiveRestoreEnabled &&
      warning('live-restore', 'live-restore is off: a restart of Docker ends all sessions.'),
    info.MemTotal > 0 &&
      info.MemTotal < wishes.largestMemoryBytes &&
      warning('memory', 'The machine has less memory than one large session may use.'),
  ];
  return findings.filter((finding) => finding !== false);
}

function fatal(name: string, text: string): EngineFinding {
  return { name, text, isFatal: true };
}

function warning(name: string, text: string): EngineFinding {
  return { name, text, isFatal: false };
}

/** A version that nobody can read is taken for a new one. */
function isOlder(version: string, minimum: readonly number[]): boolean {
  const [, ...parts] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (parts.length === 0) return false;
  for (const [index, least] of minimum.entries()) {
    const part = Number(parts[index] ?? 0);
    if (part !== least) return part < least;
  }
  return false;
}
