// Which operations of the API document become calls of the client.

const REPLY = '#/components/schemas/Reply';
const OWN = '/api/v1/wix/';

/** Whether an operation is one that pages do not call: a webhook, or the live stream, which is read by its own code. */
const isForOthers = ({ tags = [], operationId }) =>
  tags.includes('webhook') || operationId === 'live';

/**
 * The id, method and path of each call: operations that answer 200 with the reply wrapper. Outside of the app's own
 * part of the API, such as the health checks, what answers otherwise is left out; inside of it that is an error.
 */
export function callsOf({ paths }) {
  const calls = [];
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const { operationId, responses } = operation;
      if (isForOthers(operation)) continue;
      const isReply = answersWithReply(responses);
      if (isReply) calls.push([operationId, method, path]);
      else if (path.startsWith(OWN)) {
        throw new Error(
          `${operationId}: ${method} ${path} must answer 200 with a reply and nothing else`,
        );
      }
    }
  }
  return calls;
}

function answersWithReply(responses) {
  const good = Object.keys(responses).filter((status) => /^[123]/.test(status));
  const schema = responses['200']?.content?.['application/json']?.schema;
  return good.length === 1 && schema?.$ref?.startsWith(REPLY) === true;
}
