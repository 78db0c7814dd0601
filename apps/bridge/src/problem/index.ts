export { PROBLEMS } from './problem-codes.js';
export type { ProblemCode } from './problem-codes.js';
export { ProblemError } from './problem.error.js';
export { answerProblem, ProblemFilter } from './problem.filter.js';
export { problemBody, problemHeaders } from './problem.js';
export { ProblemModule } from './problem.module.js';
