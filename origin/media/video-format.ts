/** From an AVC decoder configuration to what a track's slot needs of it. */
import { type AvcConfig, parameterSetsOf } from './avc.ts';
import { SliceReader } from './cenc/slice-header.ts';
import { h264Subsamples } from './cenc/subsamples.ts';
import { VIDEO_TIMESCALE, videoInit } from './init-segment.ts';
import type { TrackFormat } from './track-slot.ts';

export function videoFormat(config: AvcConfig): TrackFormat {
  const { codec, width, height } = config;
  return {
    init: videoInit(config),
    protectedInit: (protection) => videoInit(config, protection),
    subsamples: (wholeBlocks) => {
      const slices = new SliceReader();
      for (const set of parameterSetsOf(config.avcC)) slices.learn(set);
      return (data) => h264Subsamples(data, slices, wholeBlocks);
    },
    codec,
    width,
    height,
    timescale: VIDEO_TIMESCALE,
  };
}
