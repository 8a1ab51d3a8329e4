// Reads an AsyncAPI document with AsyncAPI's own parser; exits with 1 if that has anything to say about it.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const source = readFileSync(process.argv[2], 'utf8');
const { document, diagnostics } = await new Parser().parse(source);
for (const { code, path, message } of diagnostics) {
  console.error(`/${path.join('/')}: ${message} (${code})`);
}
if (!document || diagnostics.length > 0) {
  process.exit(1);
}
console.log(`${document.version()}: ${document.channels().length} channels, ${document.messages().length} messages`);
