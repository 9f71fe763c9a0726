import type { Files } from "./files.ts";

/**
 * True if the shell has put this process in the background (`lateen ship --yes &`): a process that sets the terminal's mode there is stopped.
 *
 * Known on Linux only; elsewhere the answer is no. Source: man7.org, proc_pid_stat(5), fields `pgrp` and `tpgid`.
 */
export function isInBackground(files: Pick<Files, "read">): boolean {
  try {
    const stat = files.read("/proc/self/stat");
    // The name of the program is in parentheses and may hold some of its own.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return foreground !== undefined && foreground !== "-1" && group !== foreground;
  } catch {
    return false;
  }
}
