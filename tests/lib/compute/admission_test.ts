import assert from "node:assert/strict";
import { Admission } from "../../../lib/compute/admission.ts";

Deno.test("Admission.enter() refuses jobs over the queue and the slots until one leaves", () => {
  const admission = new Admission({ slots: 2, queueLimit: 1, maxBytes: 100 });
  const [leave] = [1, 2, 3].map((bytes) => admission.enter(bytes));
  assert.throws(() => admission.enter(1), { code: "queue_full", message: /3 jobs/ });
  leave?.();
  admission.enter(1);
  assert.throws(() => admission.enter(1), { code: "queue_full" });
});

Deno.test("Admission.enter() refuses bytes over the bound until they leave, but no job that is alone", () => {
  const admission = new Admission({ slots: 1, queueLimit: 9, maxBytes: 100 });
  admission.enter(1000)();
  admission.enter(40);
  const leave = admission.enter(60);
  assert.throws(() => admission.enter(1), { code: "queue_full", message: /100 bytes/ });
  leave();
  admission.enter(60);
});

Deno.test("Admission.retryAfter() divides the work by the slots, in whole seconds", () => {
  for (const [slots, seconds] of [[1, 5], [2, 3], [50, 1]] as const) {
    const admission = new Admission({ slots, queueLimit: 10, maxBytes: 100 });
    for (let i = 0; i < 10; i++) admission.enter(1);
    assert.equal(admission.retryAfter(), seconds, `${slots} slots`); // 10 jobs of 0.5 s
  }
});

Deno.test("Admission.retryAfter() learns from jobs that ran, not from those that did not", () => {
  const admission = new Admission({ slots: 1, queueLimit: 1, maxBytes: 100 });
  for (let i = 0; i < 50; i++) admission.enter(1)(8000);
  for (let i = 0; i < 50; i++) admission.enter(1)();
  admission.enter(1);
  assert.equal(admission.retryAfter(), 8);
});
