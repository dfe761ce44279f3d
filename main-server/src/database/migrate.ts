import { StartupError } from '@codex-webapp/nest-kit';
import type { DataSource } from 'typeorm';
import { copyDatabase } from './copy-database.ts';

export interface MigrationReport {
  readonly applied: readonly string[];
  /** The copy of the database as it was; null where there was nothing to keep. */
  readonly copy: string | null;
}

/**
 * Brings the schema up to this version of the code, all or nothing, after a copy of what was there.
 * @throws StartupError for a database of a newer version
 */
export async function migrate(writer: DataSource, file: string): Promise<MigrationReport> {
  const done = await listDone(writer);
  const known = writer.migrations.map((migration) => migration.constructor.name);
  const unknown = done.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new StartupError(
      `The database ${file} was written by a newer version (${unknown.join(', ')}): start that version, or restore the copy made before its upgrade.`,
    );
  }
  const pending = known.filter((name) => !done.includes(name));
  if (pending.length === 0) return { applied: [], copy: null };
  const copy = done.length === 0 ? null : await keepCopy(file, pending[0]);
  await writer.runMigrations({ transaction: 'all' });
  return { applied: pending, copy };
}

async function listDone(writer: DataSource): Promise<readonly string[]> {
  const tables: readonly unknown[] = await writer.query(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`,
  );
  if (tables.length === 0) return [];
  const rows: readonly { name: string }[] = await writer.query(
    'SELECT name FROM migrations ORDER BY timestamp',
  );
  return rows.map((row) => row.name);
}

/** An older copy of the same name is from an attempt that failed, and may be better than what is there now: keep it. */
async function keepCopy(file: string, migration: string | undefined): Promise<string> {
  const copy = `${file}.before-${migration}-${new Date().toISOString().replaceAll(/[:.]/g, '')}.bak`;
  await copyDatabase(file, copy);
  return copy;
}
