import { Canvas } from "./canvas.ts";
import { mix, palette, pick, type Rgb, shade, tone } from "./colour.ts";
import { fractal, hash, smooth } from "./noise.ts";

const CLOTH = palette("a8323f d97a4a e9c46a 5b8e7d 2f4b6e f1e3cf 8f5f7f 3f7f9f c9586f 44633f");
const BLOCKS = 6;

/** Patchwork: stars of triangles in printed cloth, padded and stitched. */
export function drawQuilt(): Canvas {
  return Canvas.render((u, v) => {
    const [x, y] = [u * BLOCKS + 0.02 * fractal(5 * u, 5 * v, 2, 501), v * BLOCKS];
    const [bx, by] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [4 * (x - bx), 4 * (y - by)];
    const [cx, cy] = [Math.floor(fx), Math.floor(fy)];
    const [dx, dy] = [fx - cx, fy - cy];
    const rising = (cx < 2) === (cy < 2);
    const upper = rising ? dx + dy < 1 : dx > dy;
    const seam = Math.min(dx, dy, 1 - dx, 1 - dy, Math.abs(rising ? dx + dy - 1 : dx - dy) * 0.71);
    const middle = (cx === 1 || cx === 2) && (cy === 1 || cy === 2);
    const which = upper ? 1 : middle ? 2 : 3;
    const index = 61 * hash(bx * 3 + which, by * 5 + which * (1 + (bx + by) % 2), 510);
    let colour = print(pick(CLOTH, index), u, v, Math.floor(index));
    colour = shade(colour, 0.72 + 0.4 * smooth(0, 0.28, seam) + 0.1 * (dx - dy));
    const stitch = smooth(0.016, 0.008, Math.abs(seam - 0.09)) *
      smooth(0.25, 0.35, Math.abs(((fx + fy) * 9) % 1 - 0.5));
    return mix(colour, [0.98, 0.95, 0.88], 0.85 * stitch);
  });
}

/** Dots, stripes, sprigs or checks in a second tone, and the weave. */
function print(base: Rgb, u: number, v: number, kind: number): Rgb {
  const weave = 0.05 * Math.sin(900 * u) * Math.sin(900 * v) +
    0.05 * fractal(70 * u, 70 * v, 2, 520);
  const [x, y] = [u * 62, v * 62];
  const dots = Math.hypot(x % 1 - 0.5, y % 1 - 0.5) < 0.26;
  const stripes = (x + y) % 1 < 0.4;
  const checks = (x % 1 < 0.5) !== (y % 1 < 0.5);
  const sprigs = Math.abs(Math.sin(3 * x) * Math.sin(3 * y)) > 0.72;
  const on = [dots, stripes, checks, sprigs][kind % 4];
  return tone(base, weave + (on ? (kind % 3 === 0 ? -0.28 : 0.36) : 0));
}
