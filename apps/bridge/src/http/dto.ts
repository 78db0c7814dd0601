import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { ProblemError, type ProblemCode } from '../problem/index.js';
import { readObject } from './control-json.js';
import { refuseQuery } from './refuse-query.js';

type Dto<T extends object> = new () => T;

/** The request's body, read strictly as JSON and checked by the rules of the class. An empty body counts as `{}`; a query is refused. */
export const ControlBody = createParamDecorator(
  <T extends object>(type: Dto<T>, context: ExecutionContext): T => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    refuseQuery(request);
    const { body } = request;
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const fields = new Set(Object.keys(new type()));
    const value = bytes.length === 0 ? {} : readObject(bytes, fields).value;
    return checked(type, value, 'invalid_body');
  },
);

/** The request's query, checked by the rules of the class. A name that it does not have is refused. */
export const ControlQuery = createParamDecorator(
  <T extends object>(type: Dto<T>, context: ExecutionContext): T => {
    const query = context.switchToHttp().getRequest<FastifyRequest>().query as Record<
      string,
      unknown
    >;
    const fields = Object.keys(new type());
    for (const [name, value] of Object.entries(query)) {
      if (!fields.includes(name)) {
        throw new ProblemError('unknown_parameter', 'A query parameter is not known here');
      }
      if (typeof value !== 'string') {
        throw new ProblemError('invalid_parameter', `The parameter ${name} stands twice`);
      }
    }
    return checked(type, query, 'invalid_parameter');
  },
);

function checked<T extends object>(type: Dto<T>, value: object, code: ProblemCode): T {
  // The fields are known by now; a copy without a prototype keeps `__proto__` and its like out.
  const instance = plainToInstance(type, { ...value });
  const [fault] = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (fault === undefined) return instance;
  const [reason = `${fault.property} is not valid`] = Object.values(fault.constraints ?? {});
  throw new ProblemError(code, reason);
}
