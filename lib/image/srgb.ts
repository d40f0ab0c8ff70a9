/** Entries of the table from light to bytes: a fifth of a byte's step where the curve is steepest. */
const STEPS = 16_384;

/** Linear light 0..1 of the byte values 0..255 (IEC 61966-2-1). */
export const TO_LINEAR: Float32Array = Float32Array.from({ length: 256 }, (_, i) => {
  const value = i / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

const TO_BYTE = Uint8Array.from({ length: STEPS + 1 }, (_, i) => {
  const light = i / STEPS;
  const value = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * value);
});

/**
 * @param light Linear light; beyond 0..1 is cut.
 * @returns The byte value 0..255 of sRGB.
 */
export function toByte(light: number): number {
  if (!(light > 0)) return 0;
  return light >= 1 ? 255 : TO_BYTE[(light * STEPS + 0.5) | 0] ?? 255;
}
