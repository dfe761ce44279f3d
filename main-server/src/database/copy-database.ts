import sqlite3 from 'sqlite3';
import { ensurePrivateFile } from './data-folder.ts';

/** A whole and consistent copy, also while the database is in use. VACUUM runs in no transaction, so beside the queue. */
export async function copyDatabase(file: string, copy: string): Promise<void> {
  await ensurePrivateFile(copy);
  const database = new sqlite3.Database(file);
  try {
    await new Promise<void>((resolve, reject) => {
      database.run('VACUUM INTO ?', [copy], (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    await new Promise<void>((resolve) => database.close(() => resolve()));
  }
}
