export { ServiceManager } from './service-manager.js';
