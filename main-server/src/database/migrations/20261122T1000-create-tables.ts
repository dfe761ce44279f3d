import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Times are milliseconds since 1970 by the server's clock. Ids are random UUIDs. JSON columns hold what the contracts
 * name. Tables are STRICT, since SQLite otherwise stores any type in any column.
 */
export class CreateTables1795341600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}

const statements = [
  // One row: facts about this database as a whole.
  `CREATE TABLE server_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    instance_id TEXT NOT NULL,
    history_epoch TEXT NOT NULL,
    stopped_cleanly INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE users (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    -- Lower-cased and NFKC-normalised, so that two users cannot look alike by case.
    username_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE logins (
    id TEXT PRIMARY KEY,
    -- SHA-256 of the cookie's value, hex.
    secret_hash TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE INDEX logins_user_id ON logins (user_id)`,

  `CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('full', 'read')),
    secret_hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER
  ) STRICT`,
  `CREATE INDEX api_tokens_user_id ON api_tokens (user_id)`,

  `CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES users (id),
    title TEXT NOT NULL,
    -- A title the user chose is never replaced by a suggestion.
    is_title_chosen INTEGER NOT NULL,
    agent TEXT NOT NULL,
    permission_mode TEXT NOT NULL,
    -- First part of the session's own host name: 128 random bits, hex. Never used again.
    label TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    container_status TEXT NOT NULL,
    container_reason TEXT,
    running_turn_id TEXT,
    pending_requests INTEGER NOT NULL DEFAULT 0,
    is_queue_paused INTEGER NOT NULL DEFAULT 0,
    -- The container's outbox as far as it is committed here.
    outbox_epoch TEXT,
    outbox_seq INTEGER NOT NULL DEFAULT 0,
    archived_at INTEGER,
    -- Set while a deletion is under way, so that a crash cannot bring half a session back.
    deleting_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE INDEX sessions_owner_activity ON sessions (owner_id, last_activity_at DESC, id)`,

  // Written before each step of a container's life, so that a crash between two steps is found and finished.
  `CREATE TABLE containers (
    session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    desired TEXT NOT NULL CHECK (desired IN ('running', 'stopped', 'absent')),
    status TEXT NOT NULL,
    generation INTEGER NOT NULL,
    -- When the generation's token was issued, seconds since 1970.
    token_issued_at INTEGER NOT NULL,
    ref TEXT,
    reason TEXT,
    steps TEXT NOT NULL DEFAULT '[]',
    started_at INTEGER,
    updated_at INTEGER NOT NULL
  ) STRICT`,

  `CREATE TABLE session_origin_grants (
    id TEXT PRIMARY KEY,
    secret_hash TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    login_id TEXT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE INDEX session_origin_grants_login_id ON session_origin_grants (login_id)`,
  `CREATE INDEX session_origin_grants_session_id ON session_origin_grants (session_id)`,

  `CREATE TABLE entries (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    -- Of a container's event: the turn it belongs to, and its number in the container's outbox.
    turn_id TEXT,
    epoch TEXT,
    seq INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (session_id, position)
  ) STRICT, WITHOUT ROWID`,
  `CREATE UNIQUE INDEX entries_outbox ON entries (session_id, epoch, seq) WHERE epoch IS NOT NULL`,
  `CREATE INDEX entries_turn ON entries (session_id, turn_id, position) WHERE turn_id IS NOT NULL`,

  `CREATE TABLE prompts (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- Place in the queue; smaller comes first.
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    author_kind TEXT NOT NULL CHECK (author_kind IN ('user', 'container', 'system')),
    author_id TEXT,
    client_request_id TEXT,
    turn_id TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE UNIQUE INDEX prompts_client_request ON prompts (session_id, client_request_id)
    WHERE client_request_id IS NOT NULL`,
  `CREATE INDEX prompts_queue ON prompts (session_id, status, place)`,

  `CREATE TABLE turns (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    prompt_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    -- running, completed, interrupted or failed.
    status TEXT NOT NULL,
    reason TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- Set when the user asked for an end, so that it is asked again after a lost link.
    interrupt_requested_at INTEGER
  ) STRICT`,
  `CREATE INDEX turns_session ON turns (session_id, started_at)`,

  `CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    -- Position of the entry that stored it.
    position INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    author_kind TEXT NOT NULL CHECK (author_kind IN ('user', 'container', 'system')),
    author_id TEXT,
    text TEXT NOT NULL,
    items TEXT NOT NULL DEFAULT '[]',
    turn_id TEXT,
    prompt_id TEXT,
    agent TEXT,
    outcome TEXT,
    reason TEXT,
    usage TEXT,
    -- From the webhook's Idempotency-Key, with the SHA-256 of the body it came with.
    idempotency_key TEXT,
    body_hash TEXT,
    created_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE UNIQUE INDEX messages_position ON messages (session_id, position)`,
  `CREATE UNIQUE INDEX messages_idempotency ON messages (session_id, idempotency_key) WHERE idempotency_key IS NOT NULL`,
  `CREATE UNIQUE INDEX messages_turn_answer ON messages (session_id, turn_id) WHERE role = 'assistant' AND turn_id IS NOT NULL`,

  // Full text over messages and titles. Rows are written in the transaction of what they index.
  `CREATE VIRTUAL TABLE search_index USING fts5 (
    text, session_id UNINDEXED, message_id UNINDEXED, tokenize = 'unicode61 remove_diacritics 2'
  )`,

  `CREATE TABLE agent_requests (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    turn_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('permission', 'question')),
    -- title, detail, toolCallId, diffs, options, questions as the container asked them.
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    answer TEXT,
    decided_by TEXT,
    created_at INTEGER NOT NULL,
    answered_at INTEGER
  ) STRICT`,
  `CREATE INDEX agent_requests_session ON agent_requests (session_id, status)`,

  // Who did what. Never changed, never deleted.
  `CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('login', 'token', 'container', 'system', 'anonymous')),
    actor_id TEXT,
    user_id TEXT,
    action TEXT NOT NULL,
    session_id TEXT,
    details TEXT
  ) STRICT`,
  `CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
    BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END`,
  `CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
    BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END`,
];
