import { randomUUID } from 'node:crypto';

const rowsPerInsert = 500;
const words = 'A sentence of a usual length, as agents say it. '.repeat(8);

/** Writes conversations into a database that no server has open, as the server would have stored them. */
export class Rows {
  constructor(database) {
    this.database = database;
  }

  /** Messages of user and assistant in turns, each with its entry. */
  async insertConversation(sessionId, count) {
    await this.#run('BEGIN');
    for (let first = 1; first <= count; first += rowsPerInsert) {
      const last = Math.min(count, first + rowsPerInsert - 1);
      const messages = [];
      for (let position = first; position <= last; position += 1)
        messages.push(toMessage(sessionId, position));
      await this.#insert('messages', messages.map(toMessageRow));
      await this.#insert('entries', messages.map(toEntryRow));
    }
    await this.#run('COMMIT');
  }

  close() {
    return new Promise((resolve, reject) => {
      this.database.close((error) => (error ? reject(error) : resolve()));
    });
  }

  #insert(table, rows) {
    const columns = Object.keys(rows[0]);
    const places = rows.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
    const values = rows.flatMap((row) => Object.values(row));
    return this.#run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places}`, values);
  }

  #run(sql, values = []) {
    return new Promise((resolve, reject) => {
      this.database.run(sql, values, (error) => (error ? reject(error) : resolve()));
    });
  }
}

function toMessage(sessionId, position) {
  const role = position % 2 === 1 ? 'user' : 'assistant';
  return { id: randomUUID(), sessionId, position, role, text: `${position} ${words}`, at: Date.now() };
}

function toMessageRow({ id, sessionId, position, role, text, at }) {
  return {
    id,
    session_id: sessionId,
    position,
    role,
    author_kind: 'container',
    text,
    items: '[]',
    created_at: at,
  };
}

function toEntryRow({ id, sessionId, position, role, text, at }) {
  const message = {
    id,
    position,
    role,
    author: { kind: 'container' },
    text,
    items: [],
    turnId: null,
    createdAt: new Date(at).toISOString(),
  };
  const body = JSON.stringify({ type: 'message.stored', message, foldsTurnId: null });
  return { session_id: sessionId, position, at, type: 'message.stored', body };
}
