import assert from "node:assert/strict";
import { decode, encode } from "../../../lib/image/mod.ts";
import { drawPicture } from "../../support/pictures.ts";

const picture = drawPicture(8, 8, 1);

// Codecs stay loaded once they are: nothing else in this file may decode.
for (const format of ["avif", "gif", "jpeg", "png", "webp"] as const) {
  const bytes = await encode(picture, { format });
  Deno.test({
    name: `decode() of a sound picture without permissions tells what is missing: ${format}`,
    permissions: "none",
    fn: async () => {
      await assert.rejects(decode(bytes), (error) => {
        assert(error instanceof Deno.errors.NotCapable);
        assert.match(error.message, /IMAGESCRIPT_WASM_SIMD|\.wasm/);
        return true;
      });
    },
  });
}
