/** Where rows go, with their columns in the order of their values. Made once: rows of the same one share a statement. */
export interface RowInsert {
  readonly table: string;
  readonly columns: readonly string[];
}

export interface BufferedRow {
  readonly insert: RowInsert;
  readonly values: readonly unknown[];
}

interface Connection {
  run(sql: string, values: readonly unknown[], done: (error: Error | null) => void): void;
}

/** SQLite takes 32,766 parameters, and to hand over thousands of them takes the thread that all share. */
const rowsPerStatement = 500;

/** One statement per table, in the order in which the tables were first named. */
export async function insertRows(connection: Connection, rows: readonly BufferedRow[]): Promise<void> {
  for (const [insert, values] of groupByInsert(rows)) {
    for (let start = 0; start < values.length; start += rowsPerStatement) {
      await run(connection, insert, values.slice(start, start + rowsPerStatement));
    }
  }
}

function groupByInsert(rows: readonly BufferedRow[]): ReadonlyMap<RowInsert, (readonly unknown[])[]> {
  const groups = new Map<RowInsert, (readonly unknown[])[]>();
  for (const { insert, values } of rows) {
    const group = groups.get(insert);
    if (group) group.push(values);
    else groups.set(insert, [values]);
  }
  return groups;
}

function run(
  connection: Connection,
  { table, columns }: RowInsert,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const places = `(${columns.map(() => '?').join(', ')})`;
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => places).join(', ')}`;
  return new Promise((resolve, reject) => {
    connection.run(sql, rows.flat(), (error) => (error ? reject(error) : resolve()));
  });
}
