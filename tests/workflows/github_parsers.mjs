// Asks GitHub's own parsers: workflow files become templates, expressions become values.
// stdin: {"files": [path], "expressions": [{"text", "contexts", "status"}]}; stdout: the answers.
import fs from "node:fs";
import {register} from "node:module";

// The parsers import JSON without saying so, which Node 20 refuses.
const hook = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? {...context, importAttributes: {type: "json"}} : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const {parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter} =
  await import("@actions/workflow-parser");
const {Parser, Lexer, Evaluator, data} = await import("@actions/expressions");

const STATUS = {
  always: () => true,
  cancelled: (status) => status === "cancelled",
  failure: (status) => status === "failure",
  success: (status) => status === "success",
};

async function template(path) {
  const content = fs.readFileSync(path, "utf8");
  const parsed = parseWorkflow({name: path, content}, new NoOperationTraceWriter());
  const converted = await convertWorkflowTemplate(parsed.context, parsed.value);
  const errors = parsed.context.errors.getErrors().map((error) => error.message);
  return {errors, raw: parsed.value, ...converted};
}

function value({text, contexts, status}) {
  const functions = Object.entries(STATUS).map(([name, answer]) => ({
    name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer(status)),
  }));
  const tokens = new Lexer(text).lex().tokens;
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver);
  const byName = new Map(functions.map((each) => [each.name, each]));
  const result = new Evaluator(tree, known, byName).evaluate();
  return JSON.parse(JSON.stringify(result, data.replacer));
}

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const files = await Promise.all((asked.files ?? []).map(template));
console.log(JSON.stringify({files, values: (asked.expressions ?? []).map(value)}));
