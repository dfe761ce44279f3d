import sqlite3 from 'sqlite3';

/** How many events of containers are stored by now. */
export async function countEvents(file) {
  return withDatabase(file, async (all) => {
    const [{ count }] = await all('SELECT COUNT(*) AS count FROM entries WHERE epoch IS NOT NULL');
    return count;
  });
}

/** The session's newest turn, if main-server ended it without having heard of its end from the container. */
export async function findUnreportedEnd(file, sessionId) {
  return withDatabase(file, async (all) => {
    const [newest] = await all(
      'SELECT id, status, is_end_reported FROM turns WHERE session_id = ? ORDER BY started_at DESC LIMIT 1',
      [sessionId],
    );
    const isOpen = newest !== undefined && newest.status !== 'running' && newest.is_end_reported === 0;
    return isOpen ? newest.id : null;
  });
}

/** What main-server has stored of a session, read from its file. */
export async function readDatabase(file, sessionId) {
  return withDatabase(file, async (query) => {
    const all = (sql) => query(sql, [sessionId]);
    const [entries, prompts, turns, messages, requests] = await Promise.all([
      all(
        'SELECT position, type, turn_id, epoch, seq, body FROM entries WHERE session_id = ? ORDER BY position',
      ),
      all('SELECT * FROM prompts WHERE session_id = ? ORDER BY place'),
      all('SELECT * FROM turns WHERE session_id = ? ORDER BY started_at'),
      all('SELECT * FROM messages WHERE session_id = ? ORDER BY position'),
      all('SELECT * FROM agent_requests WHERE session_id = ? ORDER BY created_at'),
    ]);
    return {
      entries: entries.map((row) => ({ ...row, body: JSON.parse(row.body) })),
      prompts,
      turns,
      messages: messages.map((row) => ({ ...row, items: JSON.parse(row.items) })),
      requests: requests.map((row) => ({ ...row, answer: row.answer && JSON.parse(row.answer) })),
    };
  });
}

/**
 * Keeps main-server from storing anything, as a slow disk or a backup would. Resolves with how to end that; null when
 * main-server did not let us in.
 */
export async function holdDatabase(file) {
  const database = new sqlite3.Database(file, sqlite3.OPEN_READWRITE);
  database.configure('busyTimeout', 1_000);
  const execute = (sql) =>
    new Promise((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
  const close = () => new Promise((resolve) => database.close(resolve));
  try {
    await execute('BEGIN IMMEDIATE');
  } catch {
    await close();
    return null;
  }
  return async () => {
    await execute('ROLLBACK');
    await close();
  };
}

async function withDatabase(file, read) {
  const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY);
  const all = (sql, parameters = []) =>
    new Promise((resolve, reject) =>
      database.all(sql, parameters, (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  try {
    return await read(all);
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
}
