import { z } from "zod";

const reason = z.string().trim().min(1).max(2_000);

/** Bodies of requests. Unknown fields are errors: a misspelt `dryRun` must not ship. */
export const bodies: {
  readonly release: z.ZodType<{ sha: string; reason?: string | undefined; dryRun?: boolean | undefined }>;
  readonly rollback: z.ZodType<{ to?: string | undefined; reason: string }>;
  readonly act: z.ZodType<{ reason: string }>;
} = {
  release: z.strictObject({
    sha: z.string().regex(/^[0-9a-f]{7,40}$/i, "is 40 hexadecimal digits, or 7 and more if a forge is configured"),
    reason: reason.optional(),
    dryRun: z.boolean().optional(),
  }),
  rollback: z.strictObject({
    to: z
      .string()
      .regex(/^[0-9a-f]{7,40}$/i)
      .optional(),
    reason,
  }),
  act: z.strictObject({ reason }),
};

/** The schemas of bodies as OpenAPI has them, from the same definitions. */
export function openApi(): object {
  const body = (schema: z.ZodType): object => ({
    required: true,
    content: { "application/json": { schema: z.toJSONSchema(schema) } },
  });
  const answers = (...statuses: number[]): object =>
    Object.fromEntries(
      [...statuses, 401, 403, 404, 503].map((status) => [status, { description: descriptions[status] ?? "" }]),
    );
  const get = (...more: number[]): object => ({ get: { responses: answers(200, ...more) } });
  const act = { post: { requestBody: body(bodies.act), responses: answers(202, 400, 409, 413) } };
  return {
    openapi: "3.1.0",
    info: { title: "lateen service", version: "1" },
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths: {
      "/v1/fleets": get(),
      "/v1/fleets/{fleet}": get(),
      "/v1/fleets/{fleet}/rollouts": get(),
      "/v1/fleets/{fleet}/releases": {
        post: { requestBody: body(bodies.release), responses: answers(200, 202, 400, 409, 413) },
      },
      "/v1/fleets/{fleet}/rollback": {
        post: { requestBody: body(bodies.rollback), responses: answers(202, 400, 409, 413) },
      },
      "/v1/rollouts/{id}": get(),
      "/v1/rollouts/{id}/events": get(),
      ...Object.fromEntries(["pause", "continue", "stop", "abandon"].map((verb) => [`/v1/rollouts/{id}/${verb}`, act])),
    },
  };
}

const descriptions: Readonly<Record<number, string>> = {
  200: "done, or the same order again",
  202: "taken, and durable",
  400: "the body is not what it should be",
  401: "no token, or a wrong one",
  403: "the token's role is too small",
  404: "there is no such fleet or rollout",
  409: "the state forbids it",
  413: "the body is larger than 64 KiB",
  503: "the database cannot be reached; nothing was taken",
};
