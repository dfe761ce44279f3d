import sqlite3 from 'sqlite3';

/**
 * Holds a folder for one process. The lock is SQLite's own on a small separate database, so the system frees it when
 * the process dies, however it dies.
 */
export class FolderLock {
  private constructor(private readonly database: sqlite3.Database) {}

  /** Null when another process (or another lock of this one) holds it. */
  static async acquire(file: string): Promise<FolderLock | null> {
    const database = await open(file);
    try {
      await execute(database, 'PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
      return new FolderLock(database);
    } catch (error) {
      await close(database);
      if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
      throw error;
    }
  }

  release(): Promise<void> {
    return close(this.database);
  }
}

function open(file: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, (error) => (error ? reject(error) : resolve(database)));
  });
}

function execute(database: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    database.exec(sql, (error) => (error ? reject(error) : resolve()));
  });
}

function close(database: sqlite3.Database): Promise<void> {
  return new Promise((resolve, reject) => {
    database.close((error) => (error ? reject(error) : resolve()));
  });
}
