// How a database keeps text. Promises: one that is not in UTF-8 is refused in one clear line, since it would lose or cut
// what people write; collation and ctype may be any: what depends on them is folded or ordered by our own code.
import type { Pool } from "pg";

export interface TextRules {
  encoding: string;
  /** "libc", "icu" or "builtin". */
  provider: string;
  collation: string;
  ctype: string;
}

/** A database that answers and cannot serve: the message says why, for the operator. */
export class UnfitDbError extends Error {
  override name = "UnfitDbError";
}

/** Thrown for a database that cannot keep every text. */
export class WrongEncodingError extends UnfitDbError {
  override name = "WrongEncodingError";
}

const text = `select pg_encoding_to_char(encoding) as encoding,
    case datlocprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end as provider,
    datcollate as collation, datctype as ctype
  from pg_database where datname = current_database()`;

/** Reads the rules of the database. Throws WrongEncodingError for any encoding but UTF-8. */
export async function readTextRules(db: { pool: Pool }): Promise<TextRules> {
  const [rules] = (await db.pool.query<TextRules>(text)).rows;
  if (rules === undefined) throw new Error("the database does not say how it keeps text");
  if (rules.encoding !== "UTF8") {
    const mend = "create it anew with: create database … encoding 'UTF8' template template0";
    throw new WrongEncodingError(`the database keeps text in ${rules.encoding}, not in UTF-8: ${mend}`);
  }
  return rules;
}
