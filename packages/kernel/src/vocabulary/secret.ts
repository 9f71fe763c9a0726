/** A password or token that cannot be printed by accident: every way to text gives `[secret]` but {@link Secret.reveal}. */
export interface Secret {
  /** The value itself; call it only to build a request. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const inspect = Symbol.for("nodejs.util.inspect.custom");

/** Wraps `value`; surrounding white space, such as the newline at the end of a file, is dropped. */
export function secret(value: string): Secret {
  const trimmed = value.trim();
  const hidden = () => "[secret]";
  return Object.freeze({ reveal: () => trimmed, toString: hidden, toJSON: hidden, [inspect]: hidden });
}
