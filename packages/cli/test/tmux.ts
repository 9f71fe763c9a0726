import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

/** Initial state of a terminal. */
export interface TerminalOptions {
  /** The tmux program. */
  readonly program: string;
  /** Folder in which its shell starts. */
  readonly cwd: string;
  /** Everything that the shell has of an environment, PATH apart. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default 80 */
  readonly columns?: number;
  /** @default 24 */
  readonly rows?: number;
}

/** A real terminal with a shell in it; what it shows is read from its screen. */
export interface Terminal {
  /** Types a line and presses Enter. */
  enter(line: string): Promise<void>;
  /** Presses keys, by tmux's names: `p`, `Enter`, `C-c`. */
  press(...keys: readonly string[]): Promise<void>;
  /** The lines that are to be seen now, without the empty ones at the end. */
  screen(): Promise<readonly string[]>;
  /** Everything since the beginning, as it is after all redrawing; lines that wrapped are one line again. */
  history(): Promise<readonly string[]>;
  /** The screen with its colours, as escape sequences. */
  coloured(): Promise<readonly string[]>;
  /** Waits until the screen holds this, and answers the screen. */
  shows(what: string | RegExp, withinMs?: number): Promise<readonly string[]>;
  /** Waits until the screen is another one. */
  passes(): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** Asks tmux about the pane, by the names of its formats. */
  ask(format: string): Promise<string>;
  close(): void;
}

/** Opens a {@link Terminal}: a tmux server of its own, with a shell whose prompt is `$ `. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { program, cwd, env = {}, columns = 80, rows = 24 } = options;
  const folder = mkdtempSync(join(tmpdir(), "lateen-tmux-"));
  const socket = join(folder, "socket");
  const own = { PATH: process.env["PATH"], HOME: folder, LC_ALL: "C.UTF-8" };
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(program, ["-u", "-S", socket, "-f", "/dev/null", ...args], { env: own })).stdout;
  const settings = { PS1: "$ ", HOME: cwd, LC_ALL: "C.UTF-8", ...env };
  const shell = ["env", ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)];
  const size = ["-x", String(columns), "-y", String(rows)];
  // Without `less`: a terminal of the usual name, of which a test says TERM=dumb where it means that.
  await tmux("new-session", "-d", ...size, "-c", cwd, ...shell, "bash", "--noprofile", "--norc");
  await tmux("set-option", "-g", "history-limit", "100000");
  const capture = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await tmux("capture-pane", "-p", ...args)).trimEnd().split("\n");
  const terminal: Terminal = {
    async enter(line) {
      await tmux("send-keys", "-l", line);
      await tmux("send-keys", "Enter");
    },
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    screen: () => capture(),
    history: () => capture("-J", "-S", "-"),
    coloured: () => capture("-e"),
    async shows(what, withinMs = 20_000) {
      const until = Date.now() + withinMs;
      for (;;) {
        const lines = await terminal.screen();
        const text = lines.join("\n");
        if (typeof what === "string" ? text.includes(what) : what.test(text)) return lines;
        if (Date.now() > until) throw new Error(`${String(what)} does not appear in:\n${text}`);
        await pause(25);
      }
    },
    async passes() {
      const before = (await terminal.screen()).join("\n");
      while ((await terminal.screen()).join("\n") === before) await pause(10);
    },
    resize: async (width, height) => void (await tmux("resize-window", "-x", String(width), "-y", String(height))),
    ask: async (format) => (await tmux("display-message", "-p", `#{${format}}`)).trim(),
    close() {
      try {
        execFileSync(program, ["-S", socket, "kill-server"], { env: own, stdio: "ignore" });
      } catch {
        // It has ended with its shell.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await terminal.shows("$");
  return terminal;
}
