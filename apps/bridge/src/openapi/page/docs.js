// Renders /openapi.json and lets one send a request. Texts go in as text, never as markup.

/** An element with properties and children. */
function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** What a `$ref` of the document names, with what stands beside it. */
function resolved(schema, spec) {
  if (schema?.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const found = $ref
    .slice(2)
    .split('/')
    .reduce((part, name) => part[name], spec);
  return { ...found, ...beside, properties: { ...found.properties, ...beside.properties } };
}

function fieldOf(parameter) {
  const { name, schema, required, description } = parameter;
  const input = make('input', {
    name: `${parameter.in}:${name}`,
    required: required === true,
    placeholder: String(schema.examples?.[0] ?? schema.default ?? ''),
    title: description ?? '',
  });
  return make('label', {}, `${name} (${parameter.in})`, input);
}

function bodyFields(requestBody) {
  if (requestBody === undefined) return [];
  const types = Object.keys(requestBody.content);
  const type = make('select', { name: 'type' });
  type.append(...types.map((name) => make('option', { value: name }, name)));
  const text = make('textarea', { name: 'body', spellcheck: false });
  const fill = () => {
    const { example } = requestBody.content[type.value];
    text.value = typeof example === 'object' ? JSON.stringify(example, null, 2) : (example ?? '');
  };
  type.addEventListener('change', fill);
  fill();
  return [make('label', {}, 'Content-Type', type), text];
}

/** What may be asked for, where a success can come in several types. */
function acceptField({ responses }) {
  const successes = Object.entries(responses).filter(([status]) => status < '300');
  const types = new Set(successes.flatMap(([, { content = {} }]) => Object.keys(content)));
  if (types.size < 2) return [];
  const accept = make('select', { name: 'accept' });
  accept.append(...['', ...types].map((name) => make('option', { value: name }, name || 'any')));
  return [make('label', {}, 'Accept', accept)];
}

/** The request that a filled-in form stands for. */
function requestOf(form, method, path) {
  const headers = {};
  const query = new URLSearchParams();
  let target = path;
  for (const { name, value } of form.querySelectorAll('input')) {
    const [place, field] = name.split(/:(.*)/s);
    if (place === 'path') target = target.replace(`{${field}}`, encodeURIComponent(value));
    else if (value !== '' && place === 'query') query.set(field, value);
    else if (value !== '') headers[field] = value;
  }
  const text = form.querySelector('textarea')?.value;
  const hasBody = text !== undefined && text !== '';
  if (hasBody) headers['Content-Type'] = form.querySelector('select[name=type]').value;
  const accept = form.querySelector('select[name=accept]')?.value ?? '';
  if (accept !== '') headers['Accept'] = accept;
  const url = query.size > 0 ? `${target}?${query}` : target;
  return [url, { method: method.toUpperCase(), headers, ...(hasBody ? { body: text } : {}) }];
}

async function send(form, method, path, output) {
  const [url, init] = requestOf(form, method, path);
  output.textContent = `${init.method} ${url} …`;
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    output.textContent = `${response.status} ${response.statusText}\n${headers}\n\n${pretty(text)}`;
  } catch (error) {
    output.textContent = `No answer: ${error.message}`;
  }
}

function pretty(text) {
  try {
    // A number of more than 15 digits would change on its way through the parser.
    return /\d{16}/.test(text) ? text : JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function responseOf([status, { description, content = {} }], spec) {
  const shown = Object.entries(content).map(([type, { schema, example }]) =>
    make(
      'div',
      {},
      make('code', {}, type),
      make('pre', {}, JSON.stringify(example ?? resolved(schema, spec), null, 2)),
    ),
  );
  return make('details', {}, make('summary', {}, `${status} ${description}`), ...shown);
}

function operationOf(method, path, operation, spec, properties) {
  const output = make('pre', { hidden: true });
  const form = make(
    'form',
    {},
    ...(operation.parameters ?? []).map(fieldOf),
    ...bodyFields(operation.requestBody),
    ...acceptField(operation),
    make('button', {}, 'Send'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    output.hidden = false;
    void send(form, method, path, output);
  });
  const title = make(
    'summary',
    {},
    make('span', { className: 'method' }, method),
    make('code', {}, path),
    ` ${operation.summary}`,
  );
  const responses = Object.entries(operation.responses).map((one) => responseOf(one, spec));
  return make(
    'details',
    properties,
    title,
    make('p', {}, operation.description ?? ''),
    form,
    output,
    make('details', {}, make('summary', {}, 'Answers'), ...responses),
  );
}

const spec = await (await fetch('/openapi.json')).json();
document.querySelector('#about').textContent = `${spec.info.version}. ${spec.info.description}`;
const operations = document.querySelector('#operations');
for (const { name } of spec.tags) {
  operations.append(make('h2', {}, name));
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.tags.includes(name)) {
        // An operation of two languages stands under both; an id may stand once only.
        const properties = operation.tags[0] === name ? { id: operation.operationId } : {};
        operations.append(operationOf(method, path, operation, spec, properties));
      }
    }
  }
}
