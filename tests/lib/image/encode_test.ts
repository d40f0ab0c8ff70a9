import assert from "node:assert/strict";
import { encode } from "../../../lib/image/mod.ts";
import { isFrameHeader, jpegSegments } from "../../../lib/image/probe_jpeg.ts";
import { drawPicture } from "../../support/pictures.ts";

const picture = drawPicture(40, 30, 1);

Deno.test.each([[1], [50], [69], [70], [100]])(
  "encode() to JPEG of quality %i is baseline: SOF0, and tables of 8 bits",
  async (quality) => {
    const segments = [...jpegSegments(await encode(picture, { format: "jpeg", quality }))];
    const frames = segments.filter(({ marker }) => isFrameHeader(marker));
    assert.deepEqual(frames.map(({ marker }) => marker), [0xc0]);
    const tables = segments.filter(({ marker }) => marker === 0xdb);
    assert(tables.length > 0);
    // A table of 8 bits has 65 bytes, one of 16 bits 129.
    assert(tables.every(({ body }) => body.length % 65 === 0));
  },
);
