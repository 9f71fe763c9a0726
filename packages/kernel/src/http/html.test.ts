import { expect, test } from "vitest";
import { isHtml } from "./html.ts";

test.each([
  ["<!doctype html>"],
  ['\n <!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">'],
  ["<html lang=en>"],
  ["\ufeff<html>"],
  ["<!-- served by the edge -->\n<html>"],
  ['<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml">'],
  ["<head><title>502</title></head>"],
  ["<body>Bad gateway</body>"],
  ["<title>Sign in</title>"],
])("%j is a web page", (text) => {
  expect(isHtml(text)).toBe(true);
});

test.each([
  [""],
  ["{}"],
  ['{"html": "<html>"}'],
  ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'],
  ["<htmlish>"],
  ["unauthorized <html>"],
])("%j is none", (text) => {
  expect(isHtml(text)).toBe(false);
});

test("a megabyte of open comments takes no time", () => {
  expect(isHtml("<!--".repeat(250_000))).toBe(false);
});
