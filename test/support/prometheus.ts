import { prometheusProgram } from '../../dev/prometheus.js';

/** Why there is none, in words: neither this machine nor Debian's packages have it. Null: there is one. */
export async function whyNoPrometheus(): Promise<string | null> {
  try {
    await prometheusProgram('promtool');
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
