import sqlite3 from 'sqlite3';

/** What main-server has stored, read from its file. */
export async function readDatabase(file, sessionId) {
  const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY);
  const all = (sql) =>
    new Promise((resolve, reject) =>
      database.all(sql, [sessionId], (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  try {
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
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
}
