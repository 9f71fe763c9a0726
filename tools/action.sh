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
  program=("$here/bin/lateen")
elif [ "$version" = 0.0.0 ]; then
  echo "::error title=lateen::version 0.0.0 was never published: give the input version, or use the action at a release"
  exit 2
else
  program=(npx --yes "@lateen/cli@$version")
fi

# The step gets the signals of the runner: the program ends by itself and says how to resume.
"${program[@]}" "${arguments[@]}" &
child=$!
trap 'kill -INT "$child" 2>/dev/null || true' INT
trap 'kill -TERM "$child" 2>/dev/null || true' TERM
code=0
while wait "$child" || code=$?; kill -0 "$child" 2>/dev/null; do code=0; done

# `gate` ends 10 to 12 for what is not open, `superseded` 10, a plan with --detailed-exitcode 13: a step is red only if it was asked to be.
case $code in
  0 | 10 | 11 | 12 | 13)
    outcome=$(sed -n 's/^ *"outcome": *"\([a-z]*\)".*/\1/p' "$result" 2>/dev/null | head -n 1)
    if [ -n "$outcome" ] && printf '%s\n' "${INPUT_FAIL_ON:-}" | tr ', ' '\n\n' | grep -qxF -- "$outcome"; then
      echo "::error title=lateen::$outcome, which fail-on names"
      if [ $code -eq 0 ]; then code=3; fi
      exit $code
    fi
    exit 0
    ;;
esac
exit $code
