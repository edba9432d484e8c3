/**
 * Shaka, in its smallest build that takes parsers from outside, and the names of its types that the source uses.
 *
 * The build is CommonJS and its typings say `export default`, so the default import is Shaka itself when bundled and
 * a namespace around it to the type checker: the one cast below bridges that.
 */
import bundled from 'shaka-player/dist/shaka-player.dash-es2021.js';

export const shaka = bundled as unknown as typeof bundled.default;

export type Player = bundled.default.Player;
export type Stream = bundled.default.extern.Stream;
export type Variant = bundled.default.extern.Variant;
export type Manifest = bundled.default.extern.Manifest;
export type ManifestParser = bundled.default.extern.ManifestParser;
export type SegmentIndex = bundled.default.media.SegmentIndex;
export type SegmentReference = bundled.default.media.SegmentReference;
export type InitSegmentReference = bundled.default.media.InitSegmentReference;
export type PresentationTimeline = bundled.default.media.PresentationTimeline;
export type SchemePlugin = bundled.default.extern.SchemePlugin;
export type NetworkResponse = bundled.default.extern.Response;
export type ShakaError = bundled.default.util.Error;
