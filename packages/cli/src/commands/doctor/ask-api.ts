import { asReleaseError, parseJson, type Secret } from "@lateen/kernel";
import type { z } from "zod";
import type { Job } from "../../job/job.ts";

/** The answer of the forge's API at `path`; undefined without a token, or if this server or this token does not show it. */
export async function askApi<T>(
  { settings, signal, wiring }: Job,
  path: string,
  schema: z.ZodType<T>,
  token: Secret | undefined,
): Promise<T | undefined> {
  const { forge } = settings.config;
  if (forge === undefined || token === undefined) return undefined;
  const authorization = `${forge.kind === "github" ? "Bearer" : "token"} ${token.reveal()}`;
  try {
    const headers = { authorization, accept: "application/json" };
    const response = await wiring.http.request({ url: `${forge.api}${path}`, headers, maxBytes: 1_048_576 }, signal);
    return response.status === 200 ? parseJson(response, schema, "an answer of the forge") : undefined;
  } catch (thrown) {
    if (asReleaseError(thrown).category === "interrupted") throw thrown;
    return undefined;
  }
}
