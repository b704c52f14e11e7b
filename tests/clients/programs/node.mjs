// @duckdb/node-api, for Node. Speaks as talk.py tells; CLIENT_MODULES names the package.json beside node_modules.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.env.CLIENT_MODULES);
const { DuckDBInstance } = require("@duckdb/node-api");
const { version } = require("@duckdb/node-api/package.json");

const TABLES =
  "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()";
const VIEWS =
  "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND database_name = current_database()";
const COLUMNS =
  "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() " +
  "WHERE NOT internal AND database_name = current_database() AND comment IS NOT NULL";

let instance;
let connection;

async function ask(sql) {
  const reader = await connection.runAndReadAll(sql);
  return { columns: reader.columnNames(), rows: reader.getRowsJson() };
}

const commented = async (sql) => Object.fromEntries((await ask(sql)).rows);

const ways = {
  version: async () => ({ version }),
  open: async ({ file }) => {
    instance = await DuckDBInstance.create(file, { access_mode: "READ_ONLY" });
    connection = await instance.connect();
    return { done: true };
  },
  look: async () => ({
    tables: await commented(TABLES),
    views: await commented(VIEWS),
    columns: await commented(COLUMNS),
  }),
  ask: async ({ sql }) => ask(sql),
  close: async () => {
    connection.closeSync();
    instance.closeSync();
    return { done: true };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let told;
  try {
    told = await ways[asked.do](asked);
  } catch (error) {
    told = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(JSON.stringify(told) + "\n");
}
