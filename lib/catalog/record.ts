import { CatalogError } from "./errors.ts";

/** What people see of a style. */
export interface StyleMetadata {
  /** Name to show. */
  readonly title: string;
  /** Who made the picture. */
  readonly artist?: string;
  /** When, as a year. */
  readonly year?: number;
  /** Terms of the picture. */
  readonly licence?: string;
  /** A sentence about it. */
  readonly description?: string;
}

/** A stored style picture. */
export interface StylePicture {
  /** Length in bytes. */
  readonly bytes: number;
  /** Pixels per row, after orientation. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** One style of the catalog. */
export interface StyleRecord extends StyleMetadata {
  /** Address of the style. */
  readonly id: string;
  /** Who brought it: this project, or an administrator. */
  readonly origin: "builtin" | "user";
  /** Hash of the picture (or of shipped statistics): changes when the style looks different. */
  readonly version: string;
  /** The stored picture; absent where only statistics are known. */
  readonly picture?: StylePicture;
  /** When the style was last changed, ISO 8601. */
  readonly updatedAt: string;
}

/** Lower-case words joined by hyphens, up to 64 characters. */
export const STYLE_ID: RegExp = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * @param text What a client names a style.
 * @returns Whether a style can have this id; a store may fail on others.
 */
export function isStyleId(text: string): boolean {
  return text.length <= MAX_ID_LENGTH && STYLE_ID.test(text);
}

/** Longest id, in characters. */
const MAX_ID_LENGTH = 64;

/**
 * Checks the id of a style that is to be stored.
 *
 * @param id The id.
 * @throws {CatalogError} `invalid_style` if it is not allowed.
 */
export function assertStyleId(id: string): void {
  if (isStyleId(id) && id !== "none") return;
  throw new CatalogError(
    "invalid_style",
    `Cannot use "${
      id.slice(0, 80)
    }" as a style id: lower-case letters, digits and single hyphens ` +
      `are allowed, up to ${MAX_ID_LENGTH} characters; "none" is reserved`,
  );
}

/**
 * Hashes bytes into a version.
 *
 * @param bytes A picture, or packed statistics.
 * @returns 16 hexadecimal digits of the SHA-256.
 */
export async function versionOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}
