// The npm packages openai, @azure/identity and @azure/arm-cognitiveservices against a local Azure.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CognitiveServicesManagementClient } from "@azure/arm-cognitiveservices";
import { ResourceManagementClient } from "@azure/arm-resources";
import { ClientAssertionCredential, getBearerTokenProvider } from "@azure/identity";
import OpenAI, { AzureOpenAI, toFile } from "openai";

const env = process.env;
const group = "rg-npm";
const name = "acc-npm";
const location = "swedencentral";
const done = (what) => console.log(`ok: ${what}`);
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const credential = new ClientAssertionCredential(
  env.AZURE_TENANT_ID,
  env.AZURE_CLIENT_ID,
  async () => readFileSync(env.AZURE_FEDERATED_TOKEN_FILE, "utf8"),
  { authorityHost: env.AZURE_AUTHORITY_HOST, disableInstanceDiscovery: true },
);
const arm = { endpoint: env.LOCAL_AZURE_URL }; // and so the scope is this address
const groups = new ResourceManagementClient(credential, env.AZURE_SUBSCRIPTION_ID, arm);
const cognitive = new CognitiveServicesManagementClient(credential, env.AZURE_SUBSCRIPTION_ID, arm);

await groups.resourceGroups.createOrUpdate(group, { location, tags: { by: "npm" } });
done("resource group");
await cognitive.accounts.beginCreateAndWait(group, name, {
  location,
  kind: "AIServices",
  sku: { name: "S0" },
  properties: { customSubDomainName: name },
});
const endpoint = (await cognitive.accounts.get(group, name)).properties.endpoint;
done("account");
const deploy = (deployment, model, version) =>
  cognitive.deployments.beginCreateOrUpdateAndWait(group, name, deployment, {
    sku: { name: "GlobalStandard", capacity: 50 },
    properties: { model: { format: "OpenAI", name: model, version } },
  });
await deploy("chat", "gpt-4o", "2024-08-06");
done("deployment");

const azureADTokenProvider = getBearerTokenProvider(
  credential,
  "https://cognitiveservices.azure.com/.default",
);
const dated = new AzureOpenAI({ endpoint, apiVersion: "2024-10-21", azureADTokenProvider });
const key = (await cognitive.accounts.listKeys(group, name)).key1;
const v1 = new OpenAI({ baseURL: `${endpoint}openai/v1/`, apiKey: key });
const messages = [{ role: "user", content: "¿Qué veo en Roma?" }];

await rest(200);
const whole = await dated.chat.completions.create({ model: "chat", messages, seed: 1 });
const pieces = [];
for await (const chunk of await v1.chat.completions.create({
  model: "chat",
  messages,
  seed: 1,
  stream: true,
})) {
  pieces.push(chunk.choices[0]?.delta.content ?? "");
}
assert.equal(pieces.join(""), whole.choices[0].message.content);
done("chat, whole and streamed");

const example = (n) =>
  JSON.stringify({ messages: [...messages, { role: "assistant", content: `La plaza ${n}.` }] });
const lines = Array.from({ length: 12 }, (_, n) => example(n)).join("\n");
const file = await v1.files.create({
  file: await toFile(Buffer.from(lines), "training.jsonl"),
  purpose: "fine-tune",
});
await v1.files.waitForProcessing(file.id, { pollInterval: 50 });
done("file");
let job = await v1.fineTuning.jobs.create({
  model: "gpt-4o-2024-08-06",
  training_file: file.id,
  trainingType: "GlobalStandard",
});
while (!["succeeded", "failed"].includes(job.status)) {
  await rest(200);
  job = await v1.fineTuning.jobs.retrieve(job.id);
}
assert.equal(job.status, "succeeded");
done("fine-tuning job");
let events = 0;
for await (const event of v1.fineTuning.jobs.listEvents(job.id, { limit: 5 })) {
  assert.ok(event.message);
  events += 1;
}
assert.ok(events > 10);
done("events in pages");
await deploy("trained", job.fine_tuned_model, "1");
await rest(200);
const trained = await dated.chat.completions.create({ model: "trained", messages });
assert.match(trained.choices[0].message.content, /plaza/);
done("fine-tuned deployment");
await groups.resourceGroups.beginDeleteAndWait(group);
await cognitive.deletedAccounts.beginPurgeAndWait(location, group, name);
done("deletion and purge");
