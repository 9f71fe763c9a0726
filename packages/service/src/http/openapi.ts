import { z } from "zod";
import { type Operation, operations } from "./operations.ts";
import { answers, bodies } from "./schemas.ts";

let document: object | undefined;

/** The OpenAPI document of the API, from the schemas that requests are read with; composed once. */
export function openApi(): object {
  return (document ??= composeDocument());
}

function composeDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = describe(operation);
  return {
    openapi: "3.1.0",
    info: { title: "lateen service", version: "1" },
    security: [{ bearer: [] }],
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: { Error: schemaOf(answers.error, "output") },
    },
    paths,
  };
}

/** Statuses of the errors of a request: everyone may read, and a request without a token is not counted. */
function failuresOf({ path, role, body, errors = [], isStatic = false }: Operation): readonly number[] {
  const ofToken = role === undefined ? [] : role === "read" ? [401, 429] : [401, 403, 429];
  const ofRequest = [...(path.includes("{") ? [404] : []), ...(body === undefined ? [] : [400, 413])];
  return [...ofToken, ...ofRequest, ...errors, ...(isStatic ? [] : [503])].toSorted((a, b) => a - b);
}

function describe(operation: Operation): object {
  const { path, summary, role, body, answers: given, parameters: others = [] } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const inPath = names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const failures = failuresOf(operation).map((status) => [status, errorOf(status)] as const);
  return {
    summary,
    description: role === undefined ? "No token." : `Role: ${role}.`,
    ...(role === undefined ? { security: [] } : {}),
    parameters: [...inPath, ...others],
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { "application/json": { schema: schemaOf(bodies[body], "input") } } },
        }),
    responses: { ...Object.fromEntries(Object.entries(given).map(answerOf)), ...Object.fromEntries(failures) },
  };
}

function answerOf([status, name]: readonly [string, Operation["answers"][number]]): readonly [string, object] {
  const description = descriptions[status] ?? "";
  if (name in media) {
    const content = Object.entries(media[name as keyof typeof media]);
    return [status, { description, content: Object.fromEntries(content.map(([type, schema]) => [type, { schema }])) }];
  }
  return [
    status,
    {
      description,
      content: { "application/json": { schema: schemaOf(answers[name as keyof typeof answers], "output") } },
    },
  ];
}

function errorOf(status: number): object {
  return {
    description: descriptions[status] ?? "",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}

/** Answers that are not JSON, or have no schema of ours. */
const media = {
  events: { "text/event-stream": { type: "string" }, "application/json": schemaOf(answers.events, "output") },
  metrics: { "text/plain": { type: "string" } },
  report: { "text/html": { type: "string" } },
  openapi: { "application/json": { type: "object" } },
} as const;

const descriptions: Readonly<Record<string, string>> = {
  200: "done, or the same order again",
  201: "made, and durable",
  202: "taken, and durable",
  400: "the body is not what it should be",
  401: "no token, or a wrong one",
  403: "the token's role is too small",
  404: "there is no such fleet, rollout or freeze",
  409: "the state forbids it",
  413: "the body is larger than 64 KiB",
  429: "too many wrong tokens",
  501: "an optional package is not installed",
  503: "the database or the forge cannot be reached; nothing was taken, or, as COMMIT_UNCERTAIN, it is not known if it was",
};
