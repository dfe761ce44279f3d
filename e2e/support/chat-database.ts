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

/** When somebody was last seen; it changes by looking. */
const volatileColumns = new Set(['last_seen_at', 'last_used_at']);

/** Every row of every table, to see that nothing changed. */
export async function readEverything(databasePath: string): Promise<Readonly<Record<string, unknown[]>>> {
  const tables = await query<{ name: string }>(
    databasePath,
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  );
  const everything: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    const rows = await query<Record<string, unknown>>(databasePath, `SELECT * FROM "${name}"`);
    everything[name] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !volatileColumns.has(column))),
    );
  }
  return everything;
}
