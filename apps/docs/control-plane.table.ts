/** One answer to a request, and what lateen makes of it. */
export interface AnswerRow {
  readonly status: number;
  readonly body: string;
  /** Answer of the adapter; of an error also its code. */
  readonly read: string;
  readonly then: string;
}

/** Answers to the dry run, which is the enumeration: nothing has moved yet. */
export const planAnswers: readonly AnswerRow[] = [
  { status: 200, body: '{"ok": true, "results": [{"slug": "one"}, {"slug": "two"}]}', read: "found", then: "two tenants, in this order" },
  {
    status: 200,
    body: '{"ok": true, "results": [{"slug": "one"}, {"slug": ""}, {}, {"slug": "one"}]}',
    read: "found",
    then: "one tenant: rows without a slug are passed over, of two for one slug the last counts",
  },
  { status: 200, body: '{"ok": true, "results": []}', read: "absent", then: "refused: an empty fleet is never a success" },
  { status: 200, body: '{"ok": true, "results": [{"slug": "../etc"}]}', read: "unknown SLUG_INVALID", then: "refused: the slug goes into no address" },
  { status: 200, body: '{"ok": false, "error": "no database", "results": []}', read: "unknown CONTROL_PLANE_NOT_OK", then: "unknown; `error` and `message` are shown" },
  { status: 200, body: '{"results": [{"slug": "one"}]}', read: "unknown CONTROL_PLANE_NOT_OK", then: "unknown: only `true` is true" },
  { status: 200, body: '{"ok": "true", "results": [{"slug": "one"}]}', read: "unknown CONTROL_PLANE_NOT_OK", then: "unknown: a word is no boolean" },
  { status: 200, body: '{"ok": true}', read: "unknown HTTP_UNEXPECTED_BODY", then: "unknown: a list that is missing is not empty" },
  { status: 200, body: "", read: "unknown HTTP_NOT_JSON", then: "unknown" },
  { status: 200, body: "<html>Sign in</html>", read: "unknown HTTP_NOT_JSON", then: "unknown" },
  { status: 401, body: '{"error": "unauthorized"}', read: "unknown CONTROL_PLANE_AUTH", then: "exit 7; 403 likewise" },
  { status: 400, body: '{"error": "confirm must be true"}', read: "unknown CONTROL_PLANE_STATUS", then: "unknown, at once" },
  { status: 500, body: '{"ok": false, "results": []}', read: "unknown CONTROL_PLANE_STATUS", then: "unknown, at once" },
  { status: 503, body: "", read: "unknown CONTROL_PLANE_STATUS", then: "asked again after 5, 10 and 20 s, then unknown; 502 and 504, silence and a broken connection likewise" },
  {
    status: 429,
    body: "",
    read: "unknown CONTROL_PLANE_BUSY",
    then: "asked again as long after as `Retry-After` says, four times in all, then unknown; 409, 423 and `busy: true` likewise",
  },
  {
    status: 200,
    body: '{"ok": true, "results": [{"slug": "one"}], "has_more": true}',
    read: "unknown CONTROL_PLANE_PAGED",
    then: "unknown: one page is not the fleet; `next`, `next_page`, `next_cursor`, a `total` that is not the number of rows, and `Link: rel=next` likewise",
  },
];

/** Answers to a call that moves `one`. */
export const moveAnswers: readonly AnswerRow[] = [
  { status: 200, body: '{"ok": true, "results": [{"slug": "one", "healthz_ok": true, "verified_on_target": true}]}', read: "answered, ok", then: "the tenant is asked itself" },
  { status: 200, body: '{"ok": true, "results": []}', read: "answered, ok", then: "the tenant is asked itself: a row that is missing says nothing" },
  { status: 500, body: '{"ok": false, "results": [{"slug": "one", "healthz_ok": false}]}', read: "answered, not ok", then: "the rows are read, and the rollout halts" },
  { status: 200, body: '{"ok": false, "message": "stopped by hand", "results": []}', read: "answered, not ok", then: "the rollout halts, with the `message`" },
  { status: 200, body: '{"ok": true}', read: "answered, ok", then: "the tenant is asked itself" },
  {
    status: 200,
    body: "<html>Sign in</html>",
    read: "lost CONTROL_PLANE_UNREADABLE",
    then: "something else has answered, and the call may have had its effect: as after 504; an empty body, plain text, JSON of another service, half of an answer likewise",
  },
  { status: 500, body: "Internal Server Error", read: "answered, not ok", then: "the rollout halts; every tenant is asked how far it got" },
  { status: 202, body: '{"job": 7}', read: "answered, ok", then: "accepted: the tenants are asked until `verify.timeout`; 207 likewise, and its rows are read" },
  {
    status: 409,
    body: '{"error": "another redeploy is in progress"}',
    read: "busy CONTROL_PLANE_BUSY",
    then: "nothing was done: a pause, as long as `Retry-After` says, a look, and once more; 423, 429, `busy: true` and 503 with `Retry-After` likewise",
  },
  {
    status: 504,
    body: "",
    read: "lost CONTROL_PLANE_STATUS",
    then: "it may have had its effect: the tenants are asked until `verify.timeout`, and only those that have not moved are posted again; 502 and 503 that come after more than a second likewise",
  },
  {
    status: 400,
    body: '{"error": "confirm must be true"}',
    read: "refused CONTROL_PLANE_STATUS",
    then: "nothing was done, and the rollout halts; every other status below 500 likewise",
  },
  { status: 403, body: '{"error": "forbidden"}', read: "refused CONTROL_PLANE_AUTH", then: "exit 7 while nothing has moved, else the rollout halts" },
  {
    status: 502,
    body: "",
    read: "transient CONTROL_PLANE_STATUS",
    then: "a pause, a look at the tenants, and once more for those that do not show the target; 503 without `Retry-After` likewise",
  },
];

/** Answers of a tenant's `/buildinfo`, asked for `b…b`. */
export const tenantAnswers: readonly AnswerRow[] = [
  { status: 200, body: '{"git_sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "built_at": "yesterday"}', read: "found", then: "the commit counts; other keys are not read" },
  { status: 200, body: '{"git_sha": "BBBBBBB"}', read: "found", then: "seven digits or more, in either case, are compared as far as they go" },
  { status: 200, body: '{"git_sha": "dev"}', read: "absent", then: "off target: it is known that no commit is named" },
  { status: 200, body: '{"git_sha": ""}', read: "absent", then: "off target" },
  { status: 200, body: '{"status": "ok"}', read: "unknown HTTP_UNEXPECTED_BODY", then: "unknown: this is some other page" },
  { status: 200, body: '{"git_sha": 7}', read: "unknown HTTP_UNEXPECTED_BODY", then: "unknown" },
  { status: 200, body: "<html>Parked</html>", read: "unknown HTTP_NOT_JSON", then: "unknown" },
  { status: 404, body: "", read: "unknown BUILDINFO_UNREADABLE", then: "unknown; every status but 200 likewise" },
];
