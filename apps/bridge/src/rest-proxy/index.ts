export { RestProxyModule } from './rest-proxy.module.js';
