import { expect, test } from "vitest";
import { pauseMs, retryAfter } from "../src/delivery.js";

const least = () => 0;
const most = () => 1;

test("pauses double up to ten seconds", () => {
  const pauses = [1, 2, 3, 5, 6, 20].map((attempts) => pauseMs(attempts, 0, most));
  expect(pauses).toEqual([500, 1_000, 2_000, 8_000, 10_000, 10_000]);
});

test("half of a pause is random", () => {
  expect(pauseMs(3, 0, least)).toBe(1_000);
});

test("no pause is shorter than asked for", () => {
  expect(pauseMs(1, 5_000, least)).toBe(5_000);
  expect(pauseMs(1, 5_000, most)).toBe(5_250);
});

test.each([
  ["5", 5_000],
  ["Tue, 24 Nov 2026 12:00:07 GMT", 7_000],
  ["Tue, 24 Nov 2026 11:00:00 GMT", 0],
])("Retry-After %s is %i ms", (value, retryAfterMs) => {
  expect(retryAfter(value, Date.UTC(2026, 10, 24, 12))).toEqual({ retryAfterMs });
});

test.each([null, "", "soon", "-1x"])("Retry-After %s says nothing", (value) => {
  expect(retryAfter(value)).toEqual({});
});
