import { expect, test } from "vitest";
import { placeOptions, placeTable } from "../../../test/tables/decide-place.table.ts";
import { decidePlace } from "./decide-place.ts";

test.each(placeTable)("the last of $words is $place.kind", ({ words, place }) => {
  expect(decidePlace(words, placeOptions)).toEqual(place);
});
