/** Classes of devices in words. */
import type { DeviceClass } from '../../../protocol/report.ts';

export const DEVICE_NAMES: Record<DeviceClass, string> = {
  computer: 'Computer',
  phone: 'Phone',
  tv: 'TV',
  settop: 'Set-top box',
  antenna: 'Antenna',
};
