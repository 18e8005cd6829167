/**
 * The OpenAPI 3.1 document of the API, made from the table of operations and the schemas the requests are checked with.
 */
import { REGISTERS } from '../../register/registers.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { componentSchemas, queryParameters } from './schema.ts';

/** @param webUrl - how the appliance is reached from outside, without a slash at the end */
export function openApiDocument(webUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: operationObject(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Saraban',
      version: '1',
      description:
        'The official register of an agency. Lists are `{ items, next }`: hand `next` back as `cursor` for the following page. Times are ISO 8601 in UTC, days yyyy-mm-dd. ' +
        'Errors are problem details (RFC 9457) in English with Thai beside it. What one may not see is answered like what does not exist.',
    },
    servers: [{ url: `${webUrl}/api/v1` }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'made with `saraban token create` or on the office page' } },
      responses: {
        Problem: {
          description: 'It could not be done',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function operationObject(operation: Operation): object {
  const places = [...operation.path.matchAll(/\{(\w+)\}/g)].map(match => ({
    name: match[1],
    in: 'path',
    required: true,
    schema:
      match[1] === 'register'
        ? { type: 'string', enum: [...REGISTERS] }
        : match[1] === 'year'
          ? { type: 'string', pattern: '^\\d{4}$' }
          : match[1] === 'date'
            ? { type: 'string', format: 'date' }
            : match[1] === 'name'
              ? { type: 'string' }
              : { type: 'string', format: 'uuid' },
  }));
  const content =
    'json' in operation.answer
      ? { 'application/json': { schema: { $ref: `#/components/schemas/${operation.answer.json}` } } }
      : { [operation.answer.bytes]: {} };
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: [...places, ...queryParameters(operation.query)],
    ...(operation.method === 'POST'
      ? {
          requestBody: { required: false, content: { 'application/json': { schema: { $ref: `#/components/schemas/${operation.body}` } } } },
        }
      : {}),
    responses: { '200': { description: 'Done', content }, default: { $ref: '#/components/responses/Problem' } },
  };
}
