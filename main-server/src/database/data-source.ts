import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sqlite3 from 'sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from './migrations/index.ts';
import { PreparingDatabase } from './prepared-statements.ts';

export type SqliteOptions = Extract<DataSourceOptions, { type: 'sqlite' }>;

/** TypeORM asks for the verbose one, which captures a stack for each statement, at the cost of the statement. */
const driver = { verbose: () => ({ ...sqlite3, Database: PreparingDatabase }) };

/** Everything about the connection but its entities. `synchronize` never: the schema comes from the migrations alone. */
export function sqliteOptions(file: string): SqliteOptions {
  return {
    type: 'sqlite',
    driver,
    database: file,
    enableWAL: true,
    busyTimeout: 5_000,
    migrations,
    migrationsRun: false,
    synchronize: false,
    logging: false,
  };
}

const here = path.dirname(fileURLToPath(import.meta.url));

/** For TypeORM's command line only, see `npm run migration:generate`. */
export const dataSource = new DataSource({
  ...sqliteOptions(path.resolve(process.env.DATABASE_PATH || './var/chat.db')),
  entities: [path.join(here, '../modules/**/*.entity.js')],
});
