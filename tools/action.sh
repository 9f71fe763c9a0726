#!/usr/bin/env bash
# Runs the published program as a step of a job; called by action.yml. Everything comes in as variables.
set -euo pipefail

here=${GITHUB_ACTION_PATH:?}
version=${INPUT_VERSION:-}
if [ -z "$version" ]; then
  version=$(sed -n 's/^  "version": "\([^"]*\)",$/\1/p' "$here/packages/cli/package.json")
fi
if [[ ! $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
  echo "::error title=lateen::version must be exact, such as 1.2.3"
  exit 2
fi

result=${RUNNER_TEMP:-/tmp}/lateen-${GITHUB_RUN_ID:-0}-$RANDOM.json
echo "result=$result" >>"${GITHUB_OUTPUT:-/dev/null}"

arguments=("${INPUT_COMMAND:?}" --result-file "$result")
if [ "${INPUT_DRY_RUN:-false}" = true ]; then arguments+=(--dry-run); fi
if [ -n "${LATEEN_SHA:-}" ]; then arguments+=("--sha=$LATEEN_SHA"); fi
if [ -n "${INPUT_REASON:-}" ]; then arguments+=("--reason=$INPUT_REASON"); fi
while IFS= read -r argument; do
  if [ -n "$argument" ]; then arguments+=("$argument"); fi
done <<<"${INPUT_ARGS:-}"

# A checkout with installed dependencies runs from source; everybody else gets the published package.
if [ -x "$here/node_modules/node/bin/node" ]; then
  exec "$here/bin/lateen" "${arguments[@]}"
fi
exec npx --yes "@lateen/cli@$version" "${arguments[@]}"
