// Whether HEIC is taken here: a setting, and a decoder that is installed or not.
import type { ApiConfig } from "../platform/process/config.ts";
import { isHevcInstalled } from "./render/hevc.ts";

const isInstalled = isHevcInstalled();

/** Whether HEIC is accepted, and named where people are told what is. */
export function isHeicTaken(config: Pick<ApiConfig, "MEDIA_HEIC">): boolean {
  return config.MEDIA_HEIC && isInstalled;
}
