import { createDueTasks, type SchedulePorts, tasksOf } from "../../schedule/run-due.ts";
import type { DueTask } from "../../store/schedules.ts";

/** Runs what is due; of the ticks of one service that overlap, each takes what the others have not. It never throws. */
export function createTick(ports: SchedulePorts): () => Promise<void> {
  const { claim, carryOut, most } = createDueTasks(ports);
  const underWay = new Map<DueTask, Promise<void>>();
  return async () => {
    const own: Promise<void>[] = [];
    while (!ports.signal.aborted && underWay.size < most) {
      const due = await claim([...underWay.keys()], most - underWay.size).catch(() => []);
      if (due.length === 0) break;
      for (const task of due) {
        const over = (): void => void underWay.delete(task);
        const done = carryOut(task).then(over, over);
        underWay.set(task, done);
        own.push(done);
      }
    }
    await Promise.all(own);
  };
}

/** When to look for what is due, as DBOS wants it: each second if a task has an interval below a minute, each tenth otherwise. */
export function crontabOf(fleets: SchedulePorts["fleets"]): string {
  const intervals = Object.values(fleets).flatMap(({ settings }) => [...tasksOf(settings).values()]);
  return Math.min(...intervals) < 60_000 ? "* * * * * *" : "*/10 * * * * *";
}
