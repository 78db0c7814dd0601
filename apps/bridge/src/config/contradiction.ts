import type { Variables } from './variables.js';

/** A rule over several variables, and which of them is to be put right where it is broken. */
export type Contradiction = readonly [variable: keyof Variables, broken: boolean, reason: string];
