import type { EntityManager } from 'typeorm';

type Done = (error: Error | null, rows?: readonly unknown[]) => void;

interface Connection {
  run(sql: string, values: readonly unknown[], done: Done): void;
  all(sql: string, values: readonly unknown[], done: Done): void;
}

/**
 * A statement of a transaction for what is stored a thousand times a second. Straight to the connection: TypeORM's way
 * there takes about as long as the statement.
 */
export async function runStatement(
  manager: EntityManager,
  sql: string,
  values: readonly unknown[],
): Promise<void> {
  const connection = await connectionOf(manager);
  await new Promise<void>((resolve, reject) => {
    connection.run(sql, values, (error) => (error ? reject(error) : resolve()));
  });
}

/** The rows as SQLite gives them: to a transaction, or to who reads beside it. */
export async function readRows<Row>(
  manager: EntityManager,
  sql: string,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const runner = manager.queryRunner ?? manager.connection.createQueryRunner();
  const connection = (await runner.connect()) as Connection;
  return new Promise((resolve, reject) => {
    connection.all(sql, values, (error, rows) => (error ? reject(error) : resolve((rows ?? []) as Row[])));
  });
}

function connectionOf({ queryRunner }: EntityManager): Promise<Connection> {
  if (!queryRunner) throw new Error('a statement needs the manager of writeQueue.run');
  return queryRunner.connect() as Promise<Connection>;
}
