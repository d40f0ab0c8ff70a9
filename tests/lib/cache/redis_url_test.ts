import assert from "node:assert/strict";
import { parseRedisUrl, type RedisTarget } from "../../../lib/cache/mod.ts";

const plain = { cluster: false, tls: false, database: 0 };
const here = { host: "h", port: 6379 };

Deno.test.each<[string, RedisTarget]>([
  ["redis://h", { ...plain, nodes: [here] }],
  [" redis://h:1/ ", { ...plain, nodes: [{ host: "h", port: 1 }] }],
  ["redis://h/3", { ...plain, nodes: [here], database: 3 }],
  ["rediss://:p%40%2F%3A@h", { ...plain, tls: true, nodes: [here], password: "p@/:" }],
  ["redis://u:p@h", { ...plain, nodes: [here], username: "u", password: "p" }],
  ["redis://u@h", { ...plain, nodes: [here], username: "u" }],
  ["redis://[::1]:7000", { ...plain, nodes: [{ host: "::1", port: 7000 }] }],
  ["redis-cluster://h", { ...plain, cluster: true, nodes: [here] }],
  ["rediss-cluster://:p@h,i:2/0", {
    cluster: true,
    tls: true,
    database: 0,
    password: "p",
    nodes: [here, { host: "i", port: 2 }],
  }],
  ["redis://u:p@h, redis://u:p@i:2", {
    ...plain,
    cluster: true,
    username: "u",
    password: "p",
    nodes: [here, { host: "i", port: 2 }],
  }],
])("parseRedisUrl() reads %s", (text, target) => {
  assert.deepEqual(parseRedisUrl(text), target);
});

Deno.test.each([
  "",
  "h",
  "http://h",
  "redis://",
  "redis://:secret@",
  "redis://h:0",
  "redis://h:65536",
  "redis://h:x",
  "redis://h/db",
  "redis://:%zz@h",
  "redis://h?tls=1",
  "redis://h,",
  "redis-cluster://h/1",
  "redis://a b",
])("parseRedisUrl() refuses %s without repeating it", (text) => {
  assert.throws(() => parseRedisUrl(text), (error: Error) => {
    assert.ok(error instanceof SyntaxError);
    assert.doesNotMatch(error.message, /secret|65536|%zz/);
    return true;
  });
});
