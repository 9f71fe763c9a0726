export { matchesName } from "./checks/match-names.ts";
export { decideSwitchValue } from "./kill-switch/decide-kill-switch.ts";
export { decidePush } from "./triggers/decide-push.ts";
export { parseWorkflow, type PushTrigger } from "./triggers/parse-workflow.ts";
