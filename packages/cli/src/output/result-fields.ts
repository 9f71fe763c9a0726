import { z } from "zod";

// The kinds of fields of which the parts of the result document are made.

export const text = z.string();
export const maybe = text.optional();
export const count = z.int().min(0);
export const words = z.array(text);
