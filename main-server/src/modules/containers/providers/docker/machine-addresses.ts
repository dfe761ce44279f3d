import type Docker from 'dockerode';
import { z } from 'zod';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { labels, type DockerNames } from './docker-names.ts';
import { demultiplexLines } from './docker-logs.ts';
import { isAbsent, isConflict } from './docker.errors.ts';
import { isNotInternet } from './router-rules.ts';
import { overlaps } from './subnets.ts';

/** What the engine's machine stands in changes when an administrator changes it, hence seldom. */
const freshForMs = 10 * 60_000;
const addresses = z.record(
  z.string(),
  z.array(z.object({ family: z.string(), cidr: z.string().nullable(), internal: z.boolean() })),
);
const program = 'console.log(JSON.stringify(require("node:os").networkInterfaces()))';

/**
 * The networks in which the engine's machine has an address, but for those that no router passes on anyway. Asked by a
 * container in the machine's own network: main-server may be in a container itself, and then sees only its own.
 */
export class MachineAddresses {
  private known: { readonly ranges: Promise<readonly string[]>; readonly at: number } | null = null;

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
  ) {}

  /** Whoever asks while a look is under way gets what it finds: there is one container for it, by its name. */
  list(image: string): Promise<readonly string[]> {
    const now = performance.now();
    if (this.known !== null && now - this.known.at <= freshForMs) return this.known.ranges;
    const known = { ranges: this.look(image), at: now };
    this.known = known;
    known.ranges.catch(() => {
      if (this.known === known) this.known = null;
    });
    return known.ranges;
  }

  private async removeLeft(): Promise<void> {
    const filters = { label: [this.names.filter, `${labels.role}=probe`] };
    for (const { Id } of await this.docker.listContainers({ all: true, filters }))
      await this.docker.getContainer(Id).remove({ force: true }).catch(ignoreAbsent);
  }

  private async look(image: string): Promise<readonly string[]> {
    // One that an earlier look left: the answer to its removal was lost, or to its making.
    await this.removeLeft();
    const container = await this.docker.createContainer({
      name: this.names.probe,
      Image: image,
      Entrypoint: ['node', '-e', program],
      Cmd: [],
      User: '65534:65534',
      Labels: this.names.labelsOfRole('probe'),
      HostConfig: {
        NetworkMode: 'host',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: 128 * 1024 * 1024,
        PidsLimit: 64,
      },
    });
    try {
      await container.start();
      await container.wait();
      const output = await container.logs({ stdout: true, stderr: true, follow: false });
      const lines: string[] = [];
      for await (const { text } of demultiplexLines([output])) lines.push(text);
      return toRanges(lines.join('\n'));
    } finally {
      await container.remove({ force: true }).catch(ignoreAbsent);
    }
  }
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error) && !isConflict(error)) throw error;
}

function toRanges(output: string): readonly string[] {
  let parsed: z.infer<typeof addresses>;
  try {
    parsed = addresses.parse(JSON.parse(output));
  } catch (error) {
    const message = `The image could not say which addresses this machine has: ${output.slice(0, 500)}`;
    throw new ContainerProviderError('rejected', message, { cause: error });
  }
  const cidrs = Object.values(parsed)
    .flat()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .flatMap(({ cidr }) => cidr ?? []);
  return [...new Set(cidrs.filter((cidr) => !isNotInternet(cidr, overlaps)))].sort();
}
