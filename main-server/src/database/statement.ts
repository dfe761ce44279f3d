import type { EntityManager } from 'typeorm';

interface Connection {
  run(sql: string, values: readonly unknown[], done: (error: Error | null) => void): void;
}

/**
 * A statement of a transaction for what is stored a thousand times a second. Straight to the connection: TypeORM's way
 * there takes about as long as the statement.
 */
export async function runStatement(
  { queryRunner }: EntityManager,
  sql: string,
  values: readonly unknown[],
): Promise<void> {
  if (!queryRunner) throw new Error('a statement needs the manager of writeQueue.run');
  const connection = (await queryRunner.connect()) as Connection;
  await new Promise<void>((resolve, reject) => {
    connection.run(sql, values, (error) => (error ? reject(error) : resolve()));
  });
}
