// The door of the package: the database client, prepared SQL and ids.
export { checkDb, createDb, createDbOn, type Db, type DbConfig, type Prisma, warmPrisma } from "./client.ts";
export { idAt, idEpochMs, idPattern, instantOfId, isId, maxId } from "./id.ts";
export { migrationNames } from "./migrations.ts";
export {
  isPoolBusy,
  isRetryable,
  onStatementMade,
  PoolBusyError,
  type Sql,
  type Statement,
  sqlState,
  statement,
  type Tx,
} from "./sql.ts";
export { readTextRules, type TextRules, UnfitDbError, WrongEncodingError } from "./text-rules.ts";
