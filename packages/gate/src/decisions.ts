export { matchesName } from "./checks/match-names.ts";
export { decideSwitchValue } from "./kill-switch/decide-kill-switch.ts";
export { decidePush } from "./triggers/decide-push.ts";
export { parseWorkflow } from "./triggers/parse-workflow.ts";
