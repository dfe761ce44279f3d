import sqlite3 from 'sqlite3';

/** Reads the server's own database file, beside the running server. */
export function query<T>(databasePath: string, sql: string, ...parameters: unknown[]): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(databasePath, sqlite3.OPEN_READONLY, (openError) => {
      if (openError) return reject(openError);
      database.all<T>(sql, parameters, (error, rows) => {
        database.close();
        if (error) reject(error);
        else resolve(rows);
      });
    });
  });
}
