// How tests call a procedure over HTTP, typed, and what they catch. Its types name nothing of the server but the router's.
import type { AppErrorCode, FieldErrors, RouterInputs, RouterOutputs } from "../index.ts";

/** What a client reads of a failure. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly appCode: AppErrorCode;
  readonly httpStatus: number;
  readonly fieldErrors: FieldErrors | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | null;

  constructor(shape: WireErrorShape) {
    super(shape.message);
    this.appCode = shape.data.appCode;
    this.httpStatus = shape.data.httpStatus;
    this.fieldErrors = shape.data.fieldErrors;
    this.retryAfterMs = shape.data.retryAfterMs;
    this.requestId = shape.data.requestId;
  }
}

export interface WireErrorShape {
  message: string;
  data: {
    appCode: AppErrorCode;
    httpStatus: number;
    fieldErrors?: FieldErrors;
    retryAfterMs?: number;
    requestId: string | null;
  };
}

type WireCall<Input, Output> = undefined extends Input
  ? (input?: Input) => Promise<Output>
  : (input: Input) => Promise<Output>;

/** `client.post.byId({ postId })`, typed; failures are WireErrors. Streams go over a socket. */
export type WireClient = {
  readonly [Room in keyof RouterInputs]: {
    readonly [Name in keyof RouterInputs[Room]]: WireCall<
      RouterInputs[Room][Name],
      Name extends keyof RouterOutputs[Room] ? RouterOutputs[Room][Name] : never
    >;
  };
};
