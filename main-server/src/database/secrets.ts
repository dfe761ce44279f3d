import { randomBytes, randomUUID } from 'node:crypto';
import type { DataFolder } from './data-folder.ts';

const names = { jwt: 'jwt-secret', webapp: 'webapp-secret', instance: 'instance-id' } as const;

/** What only this installation knows, and the id it marks its containers with. */
export class Secrets {
  private constructor(
    /** Signs session tokens. */
    readonly jwtSecret: string,
    /** For what is encrypted at rest. */
    readonly webappSecret: string,
    readonly instanceId: string,
  ) {}

  /** What the environment does not give is generated once and kept in the folder. */
  static async open(
    folder: DataFolder,
    given: { readonly jwtSecret: string | null; readonly webappSecret: string | null },
  ): Promise<Secrets> {
    return new Secrets(
      given.jwtSecret ?? (await keep(folder, names.jwt, randomSecret)),
      given.webappSecret ?? (await keep(folder, names.webapp, randomSecret)),
      await keep(folder, names.instance, randomUUID),
    );
  }
}

function randomSecret(): string {
  return randomBytes(48).toString('base64url');
}

async function keep(folder: DataFolder, name: string, make: () => string): Promise<string> {
  const kept = (await folder.read(name))?.trim();
  if (kept) return kept;
  const made = make();
  await folder.write(name, `${made}\n`);
  return made;
}
