import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  // What the owner chose of the agent, as the agent calls it; none: what the agent prefers.
  'ALTER TABLE sessions ADD COLUMN model TEXT',
  'ALTER TABLE sessions ADD COLUMN effort TEXT',
  // Paths of images below the workspace that go with the text, as JSON; none for most.
  'ALTER TABLE prompts ADD COLUMN images TEXT',
  'ALTER TABLE messages ADD COLUMN images TEXT',
  // What can be chosen of an agent, as it told last in this session.
  `CREATE TABLE agent_controls (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    controls TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, agent)
  ) STRICT`,
  // The same of any session of a user's, so that a new one has something to offer.
  `CREATE TABLE user_agent_controls (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    controls TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, agent)
  ) STRICT`,
];

export class AddAgentControls1795784400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  /** Forward only: a copy of the database is made before each migration. */
  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only; restore the copy made before the upgrade.'));
  }
}
