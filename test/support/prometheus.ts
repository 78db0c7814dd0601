import { prometheusProgram } from '../../dev/prometheus.js';

/** False, and a line that says so: neither this machine nor Debian's packages have it, so its tests are left out. */
export async function hasPrometheus(): Promise<boolean> {
  try {
    await prometheusProgram('promtool');
    return true;
  } catch (error) {
    console.warn(`Left out: ${(error as Error).message}`);
    return false;
  }
}
