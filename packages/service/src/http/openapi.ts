import { z } from "zod";
import { answers, bodies } from "./schemas.ts";
import type { Role } from "./tokens.ts";

/** One request of the API. */
interface Operation {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  /** Least role of a token; undefined if none is wanted. */
  readonly role: Role | undefined;
  readonly body?: keyof typeof bodies;
  /** Bodies of answers by status, without errors. */
  readonly answers: Readonly<Record<number, keyof typeof answers | keyof typeof media>>;
  /** Errors besides those of the token and of the database. */
  readonly errors?: readonly number[];
  /** Parameters besides those of the path. */
  readonly parameters?: readonly object[];
  /** If it is answered without the database. @default false */
  readonly isStatic?: boolean;
}

/** The ways to say after which event to go on. */
const afterEvent = [
  {
    name: "last-event-id",
    in: "header",
    description: "id of the last event that was seen",
    schema: { type: "string" },
  },
  { name: "after", in: "query", description: "the same, for programs that cannot set it", schema: { type: "string" } },
];

const acts = (["pause", "continue", "stop", "abandon"] as const).map((verb): Operation => ({
  method: "post",
  path: `/v1/rollouts/{id}/${verb}`,
  summary: {
    pause: "Start nothing new until continue; calls in flight settle",
    continue: "Continue after a pause",
    stop: "Start nothing new and end halted; the journal stays unfinished",
    abandon: "Give up the unfinished journal of a rollout that has ended",
  }[verb],
  role: verb === "abandon" ? "admin" : "operate",
  body: "act",
  answers: { 202: "ordered" },
  errors: [400, 404, 409, 413],
}));

/** Every request of the API, in the order of the documentation. */
export const operations: readonly Operation[] = [
  { method: "get", path: "/healthz", summary: "If orders are taken", role: undefined, answers: { 200: "health" } },
  { method: "get", path: "/v1/fleets", summary: "All fleets", role: "read", answers: { 200: "fleets" } },
  {
    method: "get",
    path: "/v1/fleets/{fleet}",
    summary: "One fleet: what runs, waits, holds and is frozen",
    role: "read",
    answers: { 200: "fleet" },
    errors: [404],
  },
  {
    method: "get",
    path: "/v1/fleets/{fleet}/rollouts",
    summary: "The newest rollouts of a fleet, without their results",
    role: "read",
    answers: { 200: "rollouts" },
    errors: [404],
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/releases",
    summary: "Order a release; the same order again is the same rollout",
    role: "operate",
    body: "release",
    answers: { 200: "ordered", 202: "ordered" },
    errors: [400, 404, 409, 413],
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/rollback",
    summary: "Order a rollback, to the release before or to a commit",
    role: "operate",
    body: "rollback",
    answers: { 202: "ordered" },
    errors: [400, 404, 409, 413],
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/reconcile",
    summary: "Order a repair of the promoted tags from the ledger",
    role: "operate",
    body: "reconcile",
    answers: { 202: "ordered" },
    errors: [400, 404, 413],
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/freezes",
    summary: "Freeze a fleet, or tenants of it; guards read it before every step",
    role: "admin",
    body: "freeze",
    answers: { 201: "freeze" },
    errors: [400, 404, 413],
  },
  {
    method: "delete",
    path: "/v1/fleets/{fleet}/freezes",
    summary: "Lift every freeze that was made here",
    role: "admin",
    body: "act",
    answers: { 200: "lifted" },
    errors: [400, 404, 413],
  },
  {
    method: "delete",
    path: "/v1/fleets/{fleet}/freezes/{freeze}",
    summary: "Lift one freeze",
    role: "admin",
    body: "act",
    answers: { 200: "lifted" },
    errors: [400, 404, 413],
  },
  {
    method: "get",
    path: "/v1/rollouts/{id}",
    summary: "One rollout, with its result document once it has ended",
    role: "read",
    answers: { 200: "rollout" },
    errors: [404],
  },
  {
    method: "get",
    path: "/v1/rollouts/{id}/events",
    summary: "Facts and acts as server-sent events; Last-Event-ID resumes after that one",
    role: "read",
    answers: { 200: "events" },
    parameters: afterEvent,
    errors: [404],
  },
  {
    method: "get",
    path: "/v1/rollouts/{id}/report",
    summary: "What lateen report makes of it: one HTML file",
    role: "read",
    answers: { 200: "report" },
    errors: [404],
  },
  ...acts,
  {
    method: "get",
    path: "/metrics",
    summary: "Metrics for Prometheus",
    role: "read",
    answers: { 200: "metrics" },
    errors: [501],
  },
  {
    method: "get",
    path: "/v1/openapi.json",
    summary: "This document; without a token at /openapi.json",
    role: "read",
    answers: { 200: "openapi" },
    isStatic: true,
  },
];

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
function failuresOf({ role, errors = [], isStatic = false }: Operation): readonly number[] {
  const ofToken = role === undefined ? [] : role === "read" ? [401, 429] : [401, 403, 429];
  return [...ofToken, ...errors, ...(isStatic ? [] : [503])].toSorted((a, b) => a - b);
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

/** Answers that are no JSON, or of no schema of ours. */
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
