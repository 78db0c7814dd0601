/** That of package.json; test/http/openapi.test.ts compares them. */
export const VERSION = '0.1.0';
