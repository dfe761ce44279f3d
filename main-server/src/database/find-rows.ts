import type { EntityManager, EntityMetadata, ObjectLiteral, Repository } from 'typeorm';

interface Connection {
  all(
    sql: string,
    values: readonly unknown[],
    done: (error: Error | null, rows?: readonly object[]) => void,
  ): void;
}

/** Matches what is smaller. */
export class Below {
  constructor(readonly value: number) {}
}

type Condition<Value> = Value | readonly Value[] | Below;

export interface RowQuery<Row> {
  /** All of them must hold: equal, one of a list, or below. */
  readonly where: { readonly [Key in keyof Row]?: Condition<Row[Key]> };
  readonly order?: { readonly [Key in keyof Row]?: 'ASC' | 'DESC' };
  readonly limit?: number;
}

const selections = new WeakMap<EntityMetadata, string>();

/**
 * What `repository.find` gives, for what is asked with every request and by every page that opens: TypeORM makes its
 * statement anew each time, which takes several times as long as to run it.
 */
export async function findRows<Row extends ObjectLiteral>(
  repository: Repository<Row>,
  { where, order = {}, limit }: RowQuery<Row>,
): Promise<readonly Row[]> {
  const { metadata } = repository;
  const values: unknown[] = [];
  const conditions = Object.entries(where).map(([property, condition]) =>
    toSql(columnOf(metadata, property), condition, values),
  );
  const sorted = Object.entries(order).map(
    ([property, direction]) => `${columnOf(metadata, property)} ${String(direction)}`,
  );
  const sql =
    `SELECT ${selectionOf(metadata)} FROM "${metadata.tableName}" WHERE (${conditions.join(' AND ')})` +
    (sorted.length > 0 ? ` ORDER BY ${sorted.join(', ')}` : '') +
    (limit === undefined ? '' : ` LIMIT ${limit}`);
  const rows = await readRows(repository.manager, sql, values);
  return rows.map((row) => toEntity(repository, row));
}

/** The one row of a unique key; null when there is none. */
export async function findRow<Row extends ObjectLiteral>(
  repository: Repository<Row>,
  where: RowQuery<Row>['where'],
): Promise<Row | null> {
  const [row] = await findRows(repository, { where, limit: 1 });
  return row ?? null;
}

/** To a transaction, or to who reads beside it. Only what is selected above comes here, so nothing is written. */
async function readRows(
  manager: EntityManager,
  sql: string,
  values: readonly unknown[],
): Promise<readonly object[]> {
  const runner = manager.queryRunner ?? manager.connection.createQueryRunner();
  const connection = (await runner.connect()) as Connection;
  return new Promise((resolve, reject) => {
    connection.all(sql, values, (error, rows) => (error ? reject(error) : resolve(rows ?? [])));
  });
}

function toSql(column: string, condition: unknown, values: unknown[]): string {
  if (condition === null) return `${column} IS NULL`;
  if (condition instanceof Below) {
    values.push(condition.value);
    return `${column} < ?`;
  }
  if (Array.isArray(condition)) {
    values.push(...condition);
    return `${column} IN (${condition.map(() => '?').join(', ')})`;
  }
  // SQLite would be asked for what equals nothing, which is nothing, and not for all.
  if (condition === undefined) throw new Error(`a condition on ${column} is undefined`);
  values.push(condition);
  return `${column} = ?`;
}

function columnOf(metadata: EntityMetadata, property: string): string {
  const column = metadata.findColumnWithPropertyName(property);
  if (!column) throw new Error(`${metadata.tableName} has no column for ${property}`);
  return `"${column.databaseName}"`;
}

function selectionOf(metadata: EntityMetadata): string {
  const known = selections.get(metadata);
  if (known !== undefined) return known;
  const selection = metadata.columns
    .map(({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`)
    .join(', ');
  selections.set(metadata, selection);
  return selection;
}

function toEntity<Row extends ObjectLiteral>({ metadata, manager }: Repository<Row>, row: object): Row {
  const { driver } = manager.connection;
  const entity = metadata.create() as Record<string, unknown>;
  for (const column of metadata.columns) {
    const value: unknown = row[column.propertyName as keyof typeof row];
    entity[column.propertyName] = driver.prepareHydratedValue(value, column);
  }
  return entity as Row;
}
