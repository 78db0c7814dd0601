import { VERSION } from '../version.js';
import type { BridgeConfig } from './bridge.config.js';
import { parseHeaders } from './otlp-settings.js';
import type { Variables } from './variables.js';

/** Where traces go, of variables that have passed their rules. Their names are OpenTelemetry's. */
export function tracesOf(v: Variables): BridgeConfig['tracing'] {
  const endpoint = v.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '');
  if (endpoint === '') return null;
  return {
    endpoint,
    headers: parseHeaders(v.OTEL_EXPORTER_OTLP_HEADERS) ?? {},
    resource: { 'service.name': v.OTEL_SERVICE_NAME, 'service.version': VERSION },
    ratio: Number(v.OTEL_TRACES_SAMPLER_ARG),
  };
}
