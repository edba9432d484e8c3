/** How a swarm does, in one word and in sentences that say what to do. */
import type { Figures, SwarmHealth } from '../../protocol/report.ts';

/** Below this ratio of upload to demand the swarm cannot feed itself; below the second one it has little to spare. */
const POOR_SUPPLY = 1.15;
const SHORT_SUPPLY = 1.5;
/** The ratio of so few says nothing: they are fed by the edge's copies. */
const FEW = 4;
const MANY_STALLS = 6;
const SOME_STALLS = 1;
const NEAR_CAP = 0.9;

export function healthOf(figures: Omit<Figures, 'health'>): SwarmHealth {
  const {
    viewers,
    waiting,
    supplyRatio,
    stallsPerHour,
    supplyStep,
    helped,
    relieved,
    refused,
    capKbps,
    egressKbps,
  } = figures;
  if (viewers === 0) return { state: 'empty', advice: [] };
  const advice: string[] = [];
  let poor = 0;
  let strained = 0;
  if (viewers >= FEW && supplyRatio !== null && supplyRatio < SHORT_SUPPLY) {
    if (supplyRatio < POOR_SUPPLY) poor++;
    else strained++;
    advice.push(
      `viewers can give ${
        supplyRatio.toFixed(1)
      } times what they watch: raise the upload cap, lower the bitrate, ` +
        `or raise the egress cap`,
    );
  }
  if (waiting > 0) {
    poor++;
    advice.push(
      `${waiting} of ${viewers} viewers wait for a picture, because there is no upload for them: raise the egress cap ` +
        `or the upload cap, or lower the bitrate`,
    );
  }
  if (stallsPerHour >= SOME_STALLS) {
    if (stallsPerHour >= MANY_STALLS) poor++;
    else strained++;
    advice.push(
      `a viewer stalls ${stallsPerHour} times an hour: a longer latency target gives the swarm more time`,
    );
  }
  if (refused > 0) {
    strained++;
    advice.push(`the egress cap refused ${refused} requests in the last minutes`);
  } else if (capKbps !== null && egressKbps > NEAR_CAP * capKbps) {
    advice.push('the edge sends nearly all that its cap allows');
  }
  if (supplyStep > 0) {
    strained++;
    advice.push('players were asked to stay further behind live, because supply is short');
  }
  if (relieved !== null) {
    strained++;
    advice.push('viewers who give little were asked to take a lower rendition, because supply is short');
  }
  if (helped > 0) advice.push(`the edge feeds ${helped} viewers that found no supply`);
  return { state: poor > 0 ? 'poor' : strained > 0 ? 'strained' : 'good', advice };
}
