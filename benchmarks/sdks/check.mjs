// The checks of OpenAI's SDK for Node. Prints a JSON object: the result of each check by its name.
//
// usage: node check.mjs SDK KEY URLS
import { pathToFileURL } from "node:url";

const [sdk, key, urls] = process.argv.slice(2);
const { default: OpenAI } = await import(pathToFileURL(`${sdk}/index.mjs`).href);
const model = "gpt-4o-mini";
const messages = [{ role: "user", content: "Hello" }];
const words = "one line keeps its pace";
const parameters = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
  additionalProperties: false,
};
// The header of a PNG image of 1024 x 1024 pixels.
const image = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAAAAAA=";

const client = (name = "plain", apiKey = key) =>
  new OpenAI({ baseURL: JSON.parse(urls)[name], apiKey, maxRetries: 0, timeout: 20_000 });
const chat = client().chat.completions;
const tools = [{ type: "function", function: { name: "weather", parameters, strict: true } }];

function expect(isSo, what) {
  if (!isSo) throw new Error(JSON.stringify(what));
}

async function expectError(kind, promise, facts) {
  const error = await promise.then(() => null, (thrown) => thrown);
  expect(error instanceof kind, `no ${kind.name}: ${error}`);
  for (const [name, value] of Object.entries(facts)) expect(error[name] === value, error);
}

async function collect(stream) {
  const all = [];
  for await (const event of await stream) all.push(event);
  return all;
}

async function streamed(name, events) {
  const chunks = await collect(client(name).chat.completions.create({
    model, messages, stream: true, stream_options: { include_usage: true } }));
  const texts = chunks.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean);
  expect(texts.join("").startsWith(words) && texts.length === events, texts);
  expect(chunks.at(-1).usage.completion_tokens === 16, chunks.at(-1));
}

const checks = {
  whole: async () => {
    const done = await chat.create({ model, messages });
    expect(done.choices[0].message.content.startsWith(words), done);
    expect(done.usage.completion_tokens === 16, done.usage);
  },
  streamed: () => streamed("plain", 16),
  "several tokens per event": () => streamed("batched", 6),
  tools: async () => {
    const done = await chat.create({ model, messages, tools, tool_choice: "required" });
    const call = done.choices[0].message.tool_calls[0];
    expect(done.choices[0].finish_reason === "tool_calls" && call.function.name === "weather", done);
    expect(JSON.parse(call.function.arguments).days === 0, call);
  },
  "tools, streamed": async () => {
    const stream = chat.stream({ model, messages, tools, tool_choice: "required" });
    const call = (await stream.finalChatCompletion()).choices[0].message.tool_calls[0];
    expect(JSON.parse(call.function.arguments).days === 0, call);
  },
  "structured output": async () => {
    const json_schema = { name: "forecast", schema: parameters, strict: true };
    const done = await chat.parse({
      model, messages, response_format: { type: "json_schema", json_schema } });
    expect(JSON.parse(done.choices[0].message.content).days === 0, done);
  },
  images: async () => {
    const content = [{ type: "image_url", image_url: { url: image } }];
    const done = await chat.create({ model, messages: [{ role: "user", content }] });
    expect(done.usage.prompt_tokens > 765, done.usage);
  },
  embeddings: async () => {
    const done = await client().embeddings.create({ model, input: ["a", "b"], dimensions: 4 });
    expect(done.data.every((one) => one.embedding.length === 4), done);
  },
  completions: async () => {
    const done = await client().completions.create({ model, prompt: [1, 2, 3], max_tokens: 4 });
    expect(done.usage.prompt_tokens === 3, done);
  },
  responses: async () => {
    const done = await client().responses.create({ model, input: "Hello" });
    expect(done.output_text.startsWith(words), done);
  },
  "responses, streamed": async () => {
    const stream = client().responses.stream({ model, input: "Hello" });
    const done = await stream.finalResponse();
    expect(done.output_text.startsWith(words), done);
  },
  "responses, tools": async () => {
    const flat = [{ type: "function", name: "weather", parameters, strict: true }];
    const stream = client().responses.stream({
      model, input: "Hello", tools: flat, tool_choice: "required" });
    const call = (await stream.finalResponse()).output[0];
    expect(call.type === "function_call" && JSON.parse(call.arguments).days === 0, call);
  },
  gzip: () => streamed("compressed", 16),
  models: async () => {
    const list = await collect(client().models.list());
    expect(list.length === 1 && list[0].id === "paceline", list);
  },
  "error 400": () => expectError(
    OpenAI.BadRequestError, chat.create({ model, messages: [] }), { code: "empty_array" }),
  "error 401": () => expectError(
    OpenAI.AuthenticationError, client("plain", "wrong").models.list(), { code: "invalid_api_key" }),
  "error 429": () => expectError(OpenAI.RateLimitError, (async () => {
    const limited = client("limited_node").chat.completions;
    for (let i = 0; i < 3; ++i) await limited.create({ model, messages });
  })(), { code: "rate_limit_exceeded" }),
  "error 503 or 529": () => expectError(
    OpenAI.InternalServerError, client("overloaded").chat.completions.create({ model, messages }),
    { status: 503 }),
  "error within a stream": () => expectError(
    OpenAI.APIError,
    collect(client("failing").chat.completions.create({ model, messages, stream: true })),
    { type: "server_error" }),
};

const results = {};
for (const [name, check] of Object.entries(checks)) {
  results[name] = await Promise.resolve().then(check).then(
    () => "passed", (error) => String(error).split("\n")[0].slice(0, 100));
}
console.log(JSON.stringify(results));
