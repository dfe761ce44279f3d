import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { ProviderAvailability } from '../container-provider.ts';
import type { DockerNames } from './docker-names.ts';
import { engineInfoSchema, findShortcomings, type EngineFinding } from './docker-preflight.ts';
import type { ContainerLimits } from './docker-template.ts';
import { isAbsent, toProviderError } from './docker.errors.ts';

const checkTimeoutMs = 2_500;
/** Administrators change an engine seldom, and restart it for that. */
const freshForMs = 60_000;
const versionSchema = z.object({
  Components: z.array(z.object({ Name: z.string(), Version: z.string() })).nullish(),
});

export interface EngineDemands {
  readonly runtime: string | null;
  readonly largestMemoryBytes: number;
  readonly diskBound: string;
}

/** The engine itself: whether it answers, and what it cannot do. */
export class DockerEngine {
  private readonly logger = new Logger(DockerEngine.name);
  private known: { readonly findings: readonly EngineFinding[]; readonly at: number } | null = null;
  private told = '';
  private processors: number | null = null;
  private sizesVolumes: Promise<boolean> | null = null;

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly demands: EngineDemands,
  ) {}

  async check(): Promise<ProviderAvailability> {
    try {
      // The typings do not know the option; without it a hanging engine hangs the page that asks.
      const ping = this.docker.ping.bind(this.docker) as (options: object) => Promise<unknown>;
      await ping({ abortSignal: AbortSignal.timeout(checkTimeoutMs) });
      const findings = await this.findings();
      const fatal = findings.filter(({ isFatal }) => isFatal);
      const shown = fatal.length > 0 ? fatal : findings;
      const note = shown.map(({ text }) => text).join('\n');
      return { isAvailable: fatal.length === 0, note: note === '' ? null : note };
    } catch (error) {
      return { isAvailable: false, note: toProviderError(error).message };
    }
  }

  /** Asked of the engine once: it takes a size for a volume, or says that it cannot. */
  async canSizeVolumes(): Promise<boolean> {
    this.sizesVolumes ??= this.tryToSize().catch((error: unknown) => {
      this.sizesVolumes = null;
      throw error;
    });
    return this.sizesVolumes;
  }

  /** The engine refuses a container that asks for more processors than there are. */
  async fit(limits: ContainerLimits): Promise<ContainerLimits> {
    this.processors ??= engineInfoSchema.parse(await this.docker.info()).NCPU;
    return { ...limits, nanoCpus: Math.min(limits.nanoCpus, this.processors * 1e9) };
  }

  private async findings(): Promise<readonly EngineFinding[]> {
    const now = performance.now();
    if (this.known !== null && now - this.known.at < freshForMs) return this.known.findings;
    const [info, version, sizesVolumes] = await Promise.all([
      this.docker.info().then((answer: unknown) => engineInfoSchema.parse(answer)),
      this.docker.version().then((answer: unknown) => versionSchema.parse(answer)),
      this.canSizeVolumes(),
    ]);
    const runc = version.Components?.find(({ Name }) => Name === 'runc');
    const findings = findShortcomings(info, {
      ...this.demands,
      runcVersion: runc?.Version ?? null,
      sizesVolumes,
    });
    this.known = { findings, at: now };
    this.tell(findings);
    return findings;
  }

  /** In the log once, and again when something has changed. */
  private tell(findings: readonly EngineFinding[]): void {
    const names = findings.map(({ name }) => name).join();
    if (names === this.told) return;
    this.told = names;
    for (const { name, text, isFatal } of findings)
      this.logger.warn({ msg: 'The Docker engine cannot do everything', finding: name, isFatal, text });
  }

  private async tryToSize(): Promise<boolean> {
    const name = `${this.names.network}-probe-${randomUUID()}`;
    const labels = this.names.labelsOfRole('probe');
    try {
      await this.docker.createVolume({
        Name: name,
        Driver: 'local',
        DriverOpts: { size: '16M' },
        Labels: labels,
      });
    } catch (error) {
      // An unknown option, or no quota on the file system: an answer. A connection that fails is none.
      if ((error as { statusCode?: number }).statusCode === undefined) throw error;
      return false;
    }
    await this.docker
      .getVolume(name)
      .remove()
      .catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    return true;
  }
}
