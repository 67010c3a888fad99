// A plain pg connection in the shape of a transaction, for the seed's tools, which take one.
import type { Statement, Tx } from "@pixora/db";
import type pg from "pg";

/** The connection as a Tx; beginning and ending the transaction is the caller's. Nothing is prepared. */
export function asTx(client: pg.Client): Tx {
  async function many<Row>(statement: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await client.query({ text: statement.text, values: [...values] });
    return result.rows as Row[];
  }
  return {
    isTransaction: true,
    many,
    later<Row>(statement: Statement<Row>, values?: readonly unknown[]) {
      let rows: Row[] | undefined;
      void many(statement, values).then((answered) => {
        rows = answered;
      });
      return () => {
        if (rows === undefined) throw new Error(`statement ${statement.name} has no answer yet`);
        return rows;
      };
    },
    maybe: async (statement, values) => (await many(statement, values))[0] ?? null,
    async one(statement, values) {
      const [row] = await many(statement, values);
      if (row === undefined) throw new Error(`statement ${statement.name} answered no row`);
      return row;
    },
    async run(statement, values = []) {
      const result = await client.query({ text: statement.text, values: [...values] });
      return result.rowCount ?? 0;
    },
  };
}
