// How a result document is read: its exit code, and its report as HTML. The pipelines are in `@lateen/cli/pipeline`.
export { reportOf } from "./output/html/render-report.ts";
export { exitCodeOf } from "./output/exit-codes.ts";
