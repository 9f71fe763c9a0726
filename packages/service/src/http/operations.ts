import type { answers, bodies } from "./schemas.ts";
import type { Role } from "./tokens.ts";

/** Bodies of answers: those of a schema, and what is not JSON. */
type AnswerName = keyof typeof answers | "metrics" | "report" | "openapi";

/** One request of the API. */
export interface Operation {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  /** Least role of a token; undefined if none is wanted. */
  readonly role: Role | undefined;
  readonly body?: keyof typeof bodies;
  /** Bodies of answers by status, without errors. */
  readonly answers: Readonly<Record<number, AnswerName>>;
  /** Errors besides those of the token, of the database, of the body (400, 413) and of what the path names (404). */
  readonly errors?: readonly number[];
  /** Parameters besides those of the path. */
  readonly parameters?: readonly object[];
  /** If it is answered without the database. @default false */
  readonly isStatic?: boolean;
}

/** The ways to name the event after which to continue. */
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
    abandon: "Abandon the unfinished journal of a rollout that has ended",
  }[verb],
  role: verb === "abandon" ? "admin" : "operate",
  body: "act",
  answers: { 202: "ordered" },
  errors: [409],
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
  },
  {
    method: "get",
    path: "/v1/fleets/{fleet}/rollouts",
    summary: "The newest rollouts of a fleet, without their results",
    role: "read",
    answers: { 200: "rollouts" },
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/releases",
    summary: "Order a release; the same order again is the same rollout",
    role: "operate",
    body: "release",
    answers: { 200: "ordered", 202: "ordered" },
    errors: [409],
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/rollback",
    summary: "Order a rollback, to the release before or to a commit",
    role: "operate",
    body: "rollback",
    answers: { 202: "ordered" },
    errors: [409],
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/reconcile",
    summary: "Order a repair of the promoted tags from the ledger",
    role: "operate",
    body: "reconcile",
    answers: { 202: "ordered" },
  },
  {
    method: "post",
    path: "/v1/fleets/{fleet}/freezes",
    summary: "Freeze a fleet, or tenants of it; guards read it before every step",
    role: "admin",
    body: "freeze",
    answers: { 201: "freeze" },
  },
  {
    method: "delete",
    path: "/v1/fleets/{fleet}/freezes",
    summary: "Lift every freeze that was made here",
    role: "admin",
    body: "act",
    answers: { 200: "lifted" },
  },
  {
    method: "delete",
    path: "/v1/fleets/{fleet}/freezes/{freeze}",
    summary: "Lift one freeze",
    role: "admin",
    body: "act",
    answers: { 200: "lifted" },
  },
  {
    method: "get",
    path: "/v1/rollouts/{id}",
    summary: "One rollout, with its result document once it has ended",
    role: "read",
    answers: { 200: "rollout" },
  },
  {
    method: "get",
    path: "/v1/rollouts/{id}/events",
    summary: "Facts and acts as server-sent events; Last-Event-ID resumes after that one",
    role: "read",
    answers: { 200: "events" },
    parameters: afterEvent,
  },
  {
    method: "get",
    path: "/v1/rollouts/{id}/report",
    summary: "What lateen report makes of it: one HTML file",
    role: "read",
    answers: { 200: "report" },
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
