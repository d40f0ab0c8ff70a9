/**
 * Measures plain thumbnails against IPX (sharp's native codecs), with the same files.
 *
 *     deno task bench:thumbnails [--ipx 3.1.1] [--milliseconds 1200] [--lanes 4]
 *
 * Needs node and npm: IPX is installed into a temporary folder. Both servers share the machine and
 * are asked in turn, so compare rows.
 */
import { encode } from "../../lib/image/mod.ts";
import { drawPicture } from "../support/pictures.ts";
import { startService } from "../support/service.ts";
import { readOptions } from "./_options.ts";
import { header, peakMemory, print, row } from "./_report.ts";

const SAMPLE = new URL("../../static/sample.jpg", import.meta.url);
const FORMATS = ["jpeg", "webp", "avif", "png"] as const;
const WIDTH = "320";
/** PNG takes none: sharp would make it a palette. */
const QUALITY = "75";

type Format = typeof FORMATS[number];

/** A server that makes thumbnails. */
interface Maker {
  readonly pid: number;
  /** The address of a thumbnail; a new number is a picture that is not kept yet. */
  address(file: string, format: Format, number: number): string;
}

const IPX_SERVER = `
import { createServer } from "node:http";
import { createIPX, createIPXNodeServer, ipxFSStorage } from "ipx";
const ipx = createIPX({ storage: ipxFSStorage({ dir: process.argv[2] }) });
const server = createServer(createIPXNodeServer(ipx));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

const values = readOptions("bench:thumbnails", {
  ipx: "3.1.1",
  milliseconds: "1200",
  lanes: "4",
});

/** A photo, a drawing with transparency, and what a camera gives: 12 megapixels. */
async function writeFiles(folder: string): Promise<readonly string[]> {
  const drawing = drawPicture(1200, 800, 1);
  drawing.data.forEach((_, i) => {
    if (i % 4 === 3) drawing.data[i] = 255 * ((i >> 2) % 1200) / 1200;
  });
  const camera = drawPicture(4000, 3000, 2);
  await Deno.mkdir(folder);
  await Deno.copyFile(SAMPLE, `${folder}/sample.jpg`);
  await Deno.writeFile(`${folder}/drawing.png`, await encode(drawing, { format: "png" }));
  const jpeg = await encode(camera, { format: "jpeg", quality: 90 });
  await Deno.writeFile(`${folder}/camera.jpg`, jpeg);
  return ["sample.jpg", "drawing.png", "camera.jpg"];
}

async function startIpx(folder: string, files: string): Promise<Maker & AsyncDisposable> {
  const args = ["install", "--no-save", "--no-audit", "--no-fund", `ipx@${values.ipx}`];
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  await Deno.writeTextFile(`${folder}/server.mjs`, IPX_SERVER);
  const install = await new Deno.Command("npm", { args, cwd: folder }).output();
  if (!install.success) throw new Error(new TextDecoder().decode(install.stderr));
  const child = new Deno.Command("node", {
    args: ["server.mjs", files],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  return {
    pid: child.pid,
    address: (file, format) => {
      const quality = format === "png" ? "" : `,q_${QUALITY}`;
      return `http://127.0.0.1:${value.trim()}/f_${format},w_${WIDTH}${quality}/${file}`;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
      await reader.cancel();
    },
  };
}

async function sizeOf(address: string): Promise<number> {
  const response = await fetch(address);
  const { length } = await response.bytes();
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return length;
}

let number = 0;

/** Pictures per second, and the bytes of one. */
async function measure(
  maker: Maker,
  file: string,
  format: Format,
): Promise<{ rate: number; bytes: number }> {
  const bytes = await sizeOf(maker.address(file, format, number++));
  const start = performance.now();
  const isOver = (): boolean => performance.now() - start > Number(values.milliseconds);
  let made = 0;
  await Promise.all(Array.from({ length: Number(values.lanes) }, async () => {
    while (!isOver()) {
      await sizeOf(maker.address(file, format, number++));
      made++;
    }
  }));
  return { rate: 1000 * made / (performance.now() - start), bytes };
}

const folder = await Deno.makeTempDir();
const files = await writeFiles(`${folder}/files`);
await using source = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: () => {} },
  async (request) =>
    new Response(await Deno.readFile(`${folder}/files${new URL(request.url).pathname}`), {
      headers: { "cache-control": "max-age=86400" },
    }),
);
await using service = await startService({
  SOURCE_ALLOW_ADDRESSES: "127.0.0.0/8",
  DEADLINE_MS: "120000",
  LOG_LEVEL: "error",
});
const pastiche: Maker = {
  pid: service.pid,
  // What is not painted has no alpha, but is another wish by it.
  address: (file, format, i) => {
    const url = `http://127.0.0.1:${source.addr.port}/${file}`;
    const alpha = (1 - i / 100_000).toFixed(5);
    const query = new URLSearchParams({ url, style: "none", w: WIDTH, fm: format, alpha });
    if (format !== "png") query.set("q", QUALITY);
    return `${service.origin}/v1/stylize?${query}`;
  },
};
await using ipx = await startIpx(folder, `${folder}/files`);

print(`Measuring with ${values.lanes} requests at a time; IPX ${values.ipx}`);
header("pictures/s", "Pastiche", "IPX", "of IPX", "Pastiche bytes", "IPX bytes", "bytes of IPX");
const peaks: [file: string, pastiche: number, ipx: number][] = [];
for (const file of files) {
  for (const format of FORMATS) {
    const ours = await measure(pastiche, file, format);
    const theirs = await measure(ipx, file, format);
    row([
      `${file}, ${format}`,
      ours.rate.toFixed(1),
      theirs.rate.toFixed(1),
      (ours.rate / theirs.rate).toFixed(2),
      ours.bytes,
      theirs.bytes,
      (ours.bytes / theirs.bytes).toFixed(2),
    ]);
  }
  peaks.push([file, await peakMemory(pastiche.pid), await peakMemory(ipx.pid)]);
}
header("peak MB so far", "Pastiche", "IPX");
for (const peak of peaks) row(peak);
await Deno.remove(folder, { recursive: true });
