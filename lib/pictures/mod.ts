/**
 * From a request to a picture: the way that joins sources, styles and compute.
 *
 * @module
 */
export type { PictureRequest, PictureSource, StyleChoice } from "./request.ts";
export { PictureService, type PictureServiceOptions, type PreparedPicture } from "./service.ts";
