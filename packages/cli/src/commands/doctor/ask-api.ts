import { absent, found, parseJson, type Reading, type Secret, toReading } from "@lateen/kernel";
import type { z } from "zod";
import { cliError } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";

/** The answer of the forge's API at `path`; absent without a token, or if this server or this token does not show it. */
export async function askApi<T>(
  { settings, signal, wiring }: Job,
  path: string,
  schema: z.ZodType<T>,
  token: Secret | undefined,
): Promise<Reading<T>> {
  const { forge } = settings.config;
  if (forge === undefined || token === undefined) return absent("no token is set");
  const authorization = `${forge.kind === "github" ? "Bearer" : "token"} ${token.reveal()}`;
  const headers = { authorization, accept: "application/json" };
  return toReading(async () => {
    const response = await wiring.http.request({ url: `${forge.api}${path}`, headers, maxBytes: 1_048_576 }, signal);
    const { status, url } = response;
    if (status === 200) return found(parseJson(response, schema, "an answer of the forge"));
    if (status === 401 || status === 403 || status === 404) return absent(`HTTP ${status} from ${url}`);
    throw cliError("FORGE_UNAVAILABLE", "unavailable", {
      retryable: status >= 500 || status === 429,
      message: `the forge answered HTTP ${status}`,
      why: url,
      fix: "look at the forge, then run again",
    });
  });
}
