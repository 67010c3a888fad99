// The procedures of the router as the reference reads them: schemas, kind, what they say of themselves.
import type { TRPCProcedureType } from "@trpc/server";
import { z } from "zod";
import type { AppErrorCode } from "../../platform/call/errors.ts";
import type { ProcedureMeta } from "../../platform/call/procedure.meta.ts";
import { itemSchemaOf } from "../../platform/call/stream.ts";
import { appRouter } from "../../root.ts";
import { errorsOf } from "./errors.ts";

export interface Procedure {
  /** As in "post.create". */
  path: string;
  type: TRPCProcedureType;
  meta: ProcedureMeta;
  input: z.ZodType;
  /** Of a stream: of each of its events. */
  output: z.ZodType;
  /** Whether a call may leave its input out. */
  isInputOptional: boolean;
  errors: readonly AppErrorCode[];
}

const definition = z.object({
  type: z.enum(["query", "mutation", "subscription"]),
  inputs: z.tuple([z.instanceof(z.ZodType)]),
  output: z.instanceof(z.ZodType),
});

/** All procedures, in the router's order. One without an input or an output schema throws: it could not be described. */
export function listProcedures(): Procedure[] {
  // By wire name; tRPC's types show the nested record, which the router holds elsewhere.
  const all = appRouter._def.procedures as unknown as Record<string, { _def: { meta?: ProcedureMeta } }>;
  return Object.entries(all).map(([path, { _def }]): Procedure => {
    const { type, inputs, output } = definition.parse(_def);
    const [input] = inputs;
    const meta = _def.meta ?? {};
    return {
      path,
      type,
      meta,
      input,
      output: itemSchemaOf(output) ?? output,
      isInputOptional: input.safeParse(undefined).success,
      errors: errorsOf({ meta, takesCursor: takesCursor(input) }),
    };
  });
}

const withProperties = z.object({ properties: z.object({ cursor: z.unknown() }) });
const union = z.object({ anyOf: z.array(z.unknown()) });

function takesCursor(input: z.ZodType): boolean {
  return hasCursor(z.toJSONSchema(input, { io: "input", unrepresentable: "any" }));
}

function hasCursor(schema: unknown): boolean {
  const parts = union.safeParse(schema);
  if (parts.success) return parts.data.anyOf.some(hasCursor);
  return withProperties.safeParse(schema).data?.properties.cursor !== undefined;
}
