// Fails when the specification's own parser finds an error in an AsyncAPI document.
// Usage: node validate.mjs FILE
import { readFile } from "node:fs/promises";
import { DiagnosticSeverity, Parser } from "@asyncapi/parser";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: node validate.mjs FILE");
  process.exit(2);
}

const text = await readFile(file, "utf8").catch((error) => {
  console.error(`${file}: cannot be read (${error.code}); \`make contracts\` writes it`);
  process.exit(1);
});

const { document, diagnostics } = await new Parser().parse(text, { source: file });
const errors = diagnostics.filter(({ severity }) => severity === DiagnosticSeverity.Error);
for (const { range, path, message, code } of errors) {
  console.error(`${file}:${range.start.line + 1}: ${message} (${code}, at ${path.join(".") || "the top"})`);
}
if (errors.length > 0 || !document) {
  console.error(`${file}: ${errors.length} errors`);
  process.exit(1);
}
const messages = document.channels().all().reduce((sum, channel) => sum + channel.messages().all().length, 0);
console.log(`${file}: AsyncAPI ${document.version()}, ${document.channels().all().length} channels, ${messages} messages, no errors`);
