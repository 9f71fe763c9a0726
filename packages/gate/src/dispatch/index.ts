export { createDispatcher } from "./create-dispatcher.ts";
