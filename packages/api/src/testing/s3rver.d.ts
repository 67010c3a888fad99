// The part of @20minutes/s3rver that tests use; the package brings no types.
declare module "@20minutes/s3rver" {
  import type { AddressInfo } from "node:net";

  interface BucketContext {
    headers: Record<string, string | undefined>;
    query: Record<string, unknown>;
    status: number;
  }

  // biome-ignore lint/style/noDefaultExport: so the package does.
  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      silent: boolean;
      directory: string;
      configureBuckets: { name: string; configs: string[] }[];
    });
    /** Koa's: the first one sees a request first. */
    middleware: ((context: BucketContext, next: () => Promise<void>) => Promise<void>)[];
    run(): Promise<AddressInfo>;
    close(): Promise<void>;
  }
}
