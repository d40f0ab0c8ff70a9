import assert from "node:assert/strict";
import { DENOKV_PROGRAM, TestDenokv } from "../support/denokv.ts";
import { eventually } from "../support/fleet.ts";
import { ENV } from "../support/painting.ts";
import { type RunningService, startService } from "../support/service.ts";
import { assertWhole, idsOf, putStyle, tinyPicture } from "../support/styles.ts";

const STYLES = 1000;
const LANES = 8;

/** Registers styles through instances that may die, each until it is acknowledged. */
class Registrar {
  /** Acknowledged ids. */
  readonly acknowledged: string[] = [];
  readonly #instances: readonly Pick<RunningService, "origin">[];
  #next = 0;

  constructor(instances: readonly Pick<RunningService, "origin">[]) {
    this.#instances = instances;
  }

  async run(): Promise<void> {
    const lane = async (): Promise<void> => {
      while (this.#next < STYLES) await this.#register(this.#next++);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  async #register(number: number): Promise<void> {
    const id = `tiny-${number}`;
    const picture = await tinyPicture(number);
    for (let attempt = number;; attempt++) {
      const instance = this.#instances[attempt % this.#instances.length];
      // Without an answer, or with a 503, the style may be registered or not.
      const status = instance ? await putStyle(instance, id, picture).catch(() => 503) : 503;
      if (status === 200 || status === 201) break;
      assert.equal(status, 503);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.acknowledged.push(id);
  }
}

Deno.test({
  name: "1,000 styles survive kill -9 of every process of a fleet in turn",
  ignore: DENOKV_PROGRAM === null,
  fn: async () => {
    await using store = await TestDenokv.start();
    const start = (): Promise<RunningService> => startService({ ...ENV, ...store.env });
    await using stack = new AsyncDisposableStack();
    const instances = [stack.use(await start()), stack.use(await start())];
    const builtin = await idsOf(instances[0] ?? { origin: "" }, 200);
    const registrar = new Registrar(instances);
    const registering = registrar.run();
    const until = async (count: number): Promise<void> => {
      await eventually(`${count} styles`, () => registrar.acknowledged.length >= count);
    };
    for (const i of [0, 1]) {
      await until(200 + 200 * i);
      await instances[i]?.crash();
      instances[i] = stack.use(await start());
    }
    await until(600);
    await store.kill();
    await store.restart();
    await registering;

    await store.kill();
    await store.restart();
    await using late = await start();
    const ids = await idsOf(late, 150);
    assert.deepEqual(ids, [...builtin, ...registrar.acknowledged].toSorted());
    assert.equal(ids.length, builtin.length + STYLES);
    for (let number = 0; number < STYLES; number += 97) await assertWhole(late, `tiny-${number}`);
    const path = "/v1/stylize?url=/sample.jpg&style=tiny-999&w=64&fm=png";
    const painted = await fetch(late.origin + path);
    assert.equal(painted.status, 200, await painted.text());
  },
});
