import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddDokploy1795755600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE dokploy_settings (
         id INTEGER PRIMARY KEY CHECK (id = 1),
         base_url TEXT NOT NULL,
         -- Encrypted, as is the password: the key is not in the database.
         sealed_api_key TEXT NOT NULL,
         project TEXT NOT NULL,
         environment TEXT,
         server_id TEXT,
         placement TEXT NOT NULL DEFAULT '[]',
         image TEXT,
         registry_username TEXT,
         sealed_registry_password TEXT,
         main_url TEXT,
         updated_at INTEGER NOT NULL
       ) STRICT`,
    );
    await runner.query(
      `CREATE TABLE dokploy_places (
         -- Not a reference: a volume is remembered until it is deleted, whatever becomes of the session's row.
         session_id TEXT PRIMARY KEY,
         server_id TEXT,
         node_id TEXT NOT NULL,
         created_at INTEGER NOT NULL
       ) STRICT`,
    );
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
