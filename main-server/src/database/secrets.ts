import { randomBytes, randomUUID } from 'node:crypto';
import type { DataFolder } from './data-folder.ts';

const names = { jwt: 'jwt-secret', webapp: 'webapp-secret', instance: 'instance-id' } as const;

export interface GivenSecrets {
  readonly jwtSecret: string | null;
  readonly webappSecret: string | null;
  /** What `webappSecret` was before, to open what was sealed with it. */
  readonly earlierWebappSecret?: string | null;
}

/** What only this installation knows, and the id it marks its containers with. */
export class Secrets {
  private constructor(
    private readonly folder: DataFolder,
    private readonly given: readonly string[],
    /** Newest first, as they stand in the file. */
    private kept: readonly string[],
    /** Signs session tokens. */
    readonly jwtSecret: string,
    readonly instanceId: string,
  ) {}

  /** What the environment does not give is generated once and kept in the folder. */
  static async open(folder: DataFolder, given: GivenSecrets): Promise<Secrets> {
    const { jwtSecret, webappSecret, earlierWebappSecret = null } = given;
    const ofEnvironment = webappSecret === null ? [] : [webappSecret, earlierWebappSecret].filter(isThere);
    let kept = await readLines(folder, names.webapp);
    if (ofEnvironment.length === 0 && kept.length === 0) {
      kept = [randomSecret()];
      await writeLines(folder, names.webapp, kept);
    }
    return new Secrets(
      folder,
      ofEnvironment,
      kept,
      jwtSecret ?? (await keep(folder, names.jwt, randomSecret)),
      await keep(folder, names.instance, randomUUID),
    );
  }

  /** For what is encrypted at rest. */
  get webappSecret(): string {
    return this.webappSecrets[0] ?? '';
  }

  /** The current one and those before it. */
  get webappSecrets(): readonly string[] {
    return [...this.given, ...this.kept];
  }

  /** Makes another current one beside those there are. False, and nothing is made, where the environment gives it. */
  async renewWebappSecret(): Promise<boolean> {
    if (this.given.length > 0) return false;
    await this.replaceKept([randomSecret(), ...this.kept]);
    return true;
  }

  /** Only where we keep them ourselves. */
  async forgetEarlierWebappSecrets(): Promise<void> {
    if (this.given.length === 0 && this.kept.length > 1) await this.replaceKept(this.kept.slice(0, 1));
  }

  private async replaceKept(kept: readonly string[]): Promise<void> {
    await writeLines(this.folder, names.webapp, kept);
    this.kept = kept;
  }
}

function isThere(secret: string | null): secret is string {
  return secret !== null;
}

function randomSecret(): string {
  return randomBytes(48).toString('base64url');
}

async function readLines(folder: DataFolder, name: string): Promise<readonly string[]> {
  return ((await folder.read(name)) ?? '').split('\n').filter((line) => line.trim() !== '');
}

function writeLines(folder: DataFolder, name: string, lines: readonly string[]): Promise<void> {
  return folder.write(name, `${lines.join('\n')}\n`);
}

async function keep(folder: DataFolder, name: string, make: () => string): Promise<string> {
  const kept = (await folder.read(name))?.trim();
  if (kept) return kept;
  const made = make();
  await folder.write(name, `${made}\n`);
  return made;
}
