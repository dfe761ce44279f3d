// Puts the built server and the packages it uses into a few files, in place of dist/start-main-server.js.
import { fileURLToPath } from 'node:url';
import { packApp } from '../scripts/pack-app.mjs';

/** Native ones, Next, which is as large as all the rest, and what packages ask for only where it is used. */
const leftOut = [
  'sqlite3',
  'argon2',
  'next',
  'pino-pretty',
  // Swagger UI finds its files beside itself.
  'swagger-ui-dist',
  // For an engine behind ssh only.
  'ssh2',
  'cpu-features',
  // Looks for the folder of the app from where it is itself.
  'app-root-path',
  // Of Nest.
  '@fastify/static',
  '@nestjs/microservices',
  '@nestjs/platform-socket.io',
  'file-type',
  // Of ws.
  'bufferutil',
  'utf-8-validate',
  // TypeORM's other databases.
  '@google-cloud/spanner',
  '@sap/hana-client',
  'better-sqlite3',
  'expo-sqlite',
  'hdb-pool',
  'ioredis',
  'mongodb',
  'mssql',
  'mysql',
  'mysql2',
  'oracledb',
  'pg',
  'pg-native',
  'pg-query-stream',
  'react-native-sqlite-storage',
  'redis',
  'sql.js',
  'typeorm-aurora-data-api-driver',
];

await packApp({
  entry: fileURLToPath(new URL('dist/start-main-server.js', import.meta.url)),
  start: 'startMainServer',
  leftOut: new RegExp(`^(${leftOut.map((name) => name.replaceAll('.', '\\.')).join('|')})(/|$)`),
});
