export {
  createDispatcher,
  type DispatchedRun,
  type Dispatcher,
  type DispatcherOptions,
  type DispatchOrder,
} from "./create-dispatcher.ts";
