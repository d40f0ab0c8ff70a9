import type { Picture } from "../compute/mod.ts";
import { digest } from "./digest.ts";
import type { Painter } from "./painter.ts";
import type { Materials, Plan } from "./plan.ts";
import { type PictureRequest, type PictureSource, SAMPLE, type SheetRequest } from "./request.ts";
import { sourceTag } from "./sources.ts";

/** A picture that is wanted: how it is named and made. */
export interface Wish {
  readonly request: PictureRequest | SheetRequest;
  readonly plan: Plan;
  readonly tags: readonly string[];
  /** Names it, all but what its sources turn out to be; absent where it is made of an upload. */
  readonly key?: string;
  /** Gets the pictures that it is made of. */
  gather(signal: AbortSignal): Promise<Materials>;
  /** Paints it. */
  paint(materials: Materials, signal: AbortSignal): Promise<Picture>;
}

/**
 * @param painter Makes the picture.
 * @param request One picture.
 * @returns How it is named and made.
 * @throws {CatalogError} `unknown_style`.
 * @throws {ComputeError} `unknown_model`.
 */
export async function pictureWish(painter: Painter, request: PictureRequest): Promise<Wish> {
  const plan = await painter.plan(request);
  return {
    request,
    plan,
    tags: tagsOf(request),
    ...keyOf(request, plan),
    gather: (signal) => painter.gather(request, signal),
    paint: (materials, signal) => painter.paint(request, { plan, materials }, signal),
  };
}

/**
 * @param painter Makes the picture.
 * @param request One content in many styles.
 * @returns How it is named and made; it throws as {@linkcode pictureWish} does.
 */
export async function sheetWish(painter: Painter, request: SheetRequest): Promise<Wish> {
  const styles = request.styles.map((id) => ({ id, weight: 1 }));
  const whole = { ...request, style: { kind: "catalog", styles }, masks: [] } as const;
  const plan = await painter.plan(whole);
  return {
    request,
    plan,
    tags: tagsOf(whole),
    ...keyOf(request, plan),
    gather: (signal) => painter.gather(whole, signal),
    paint: (materials, signal) => painter.paintSheet(request, { plan, materials }, signal),
  };
}

function sourcesOf(request: PictureRequest | SheetRequest): readonly PictureSource[] {
  const style = "style" in request && request.style.kind === "picture"
    ? [request.style.source]
    : [];
  return [request.source, ...style, ..."masks" in request ? request.masks : []];
}

/** Nobody else asks for what is made of an upload: it has no key. */
function keyOf(request: PictureRequest | SheetRequest, plan: Plan): Pick<Wish, "key"> {
  const isUpload = sourcesOf(request).some((source) => "bytes" in source);
  return isUpload ? {} : { key: digest([request, plan.versions]) };
}

/** Names a picture by its content, so that a source that moved is the same picture. */
export function entityTag({ request, plan }: Wish, materials: Materials): string {
  const { content, style, masks } = materials;
  const versions = [content.version, style?.version ?? "", ...masks.map((mask) => mask.version)];
  const kind = "style" in request ? request.style.kind : "sheet";
  const rest = { ...request, source: "", style: kind, masks: "" };
  return `"${digest([rest, versions, plan.versions])}"`;
}

function tagsOf(request: PictureRequest): string[] {
  const { style, model } = request;
  const styles = style.kind === "catalog" ? style.styles.map(({ id }) => `style-${id}`) : [];
  const sources = sourcesOf(request).flatMap((one) =>
    "bytes" in one ? [] : [sourceTag("url" in one ? one.url : SAMPLE)]
  );
  const models = style.kind === "none" ? [] : [`model-${model}`];
  return [...new Set([...sources, ...styles, ...models])];
}

/** Where the time of a picture went, as a `Server-Timing` value. */
export function timingOf(picture: Picture, fetched: number): string {
  const stages = Object.entries({ fetch: fetched, ...picture.times });
  return stages.map(([stage, time]) => `${stage};dur=${time.toFixed(1)}`).join(", ");
}
