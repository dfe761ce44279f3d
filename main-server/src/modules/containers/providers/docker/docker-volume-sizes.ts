import type Docker from 'dockerode';
import { z } from 'zod';

const usageSchema = z.object({
  Volumes: z
    .array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() }))
    .nullish(),
});

/** What all volumes of the engine hold, by name. It counts their files for it, which takes as long as it takes. */
export async function readVolumeSizes(docker: Docker): Promise<ReadonlyMap<string, number>> {
  const { Volumes: volumes } = usageSchema.parse(await askForVolumes(docker));
  const sizes = (volumes ?? []).map(({ Name, UsageData }) => [Name, UsageData?.Size ?? -1] as const);
  // Of one it cannot measure the engine says -1.
  return new Map(sizes.filter(([, bytes]) => bytes >= 0));
}

/** Dockerode's own call has no way to ask for volumes alone, and images take longer than they. Old engines tell of both. */
function askForVolumes(docker: Docker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = {
      path: '/system/df?',
      method: 'GET',
      options: { type: 'volume' },
      statusCodes: { 200: true, 500: 'server error' },
    };
    (docker.modem as Modem).dial(call, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

interface Modem {
  dial(call: object, callback: (error: Error | null, answer: unknown) => void): void;
}
