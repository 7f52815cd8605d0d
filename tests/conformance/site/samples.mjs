// The programs on the pages, as they are copied: each parses in its language, and those of six languages send what the
// specs have as example, for every operation; that in Rust what is required of it. A program is run whole for some, with a token that a program got.
//
//   node samples.mjs SITE PUBLISHED BOX
//
// SITE and PUBLISHED are what `cargo xtask publish` wrote with --site and --out, BOX a folder to work in. The variables of
// the sandbox say where one is that wants tokens, OPEN_BASE_URL where one is that wants none, of the same world.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';
import ts from 'typescript';

const [site, published, box] = process.argv.slice(2);
const { AVEPOINT_BASE_URL: base, OPEN_BASE_URL: open, PYTHON: python, CHROMIUM: executablePath } = process.env;
const root = process.cwd();

const problems = [];
const expect = (holds, problem) => holds || problems.push(problem);
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

// Reads what a page shows: the programs of an operation by their languages, or those of a guide by its headings.
async function read() {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const calls = [];
  for (const { file } of json(`${site}/index.json`).files.filter(({ file }) => file.includes('/operations/'))) {
    await page.goto(pathToFileURL(`${site}/${file}`).href);
    const [api, , name] = file.replace('.html', '').split('/');
    const figures = await page.locator('[data-tab]').evaluateAll((all) =>
      all.map((figure) => [figure.dataset.tab, figure.querySelector('code').textContent]));
    calls.push({ api, name, texts: Object.fromEntries(figures) });
  }
  await page.goto(pathToFileURL(`${site}/guides/tokens.html`).href);
  const blocks = await page.locator('main pre code').evaluateAll((all) => all.map((code) => {
    let heading = code.parentElement;
    while (heading.tagName !== 'H2') {
      heading = heading.previousElementSibling;
    }
    return [heading.textContent.trim(), code.textContent];
  }));
  await browser.close();
  return { calls, tokens: Object.fromEntries(blocks) };
}

// Tree-sitter's grammars; that of PowerShell is the one that editors use.
async function parse(texts) {
  const require = createRequire(import.meta.url);
  const { Parser, Language } = require('@vscode/tree-sitter-wasm/wasm/tree-sitter.js');
  await Parser.init();
  const grammars = {
    curl: 'bash', Rust: 'rust', Python: 'python', TypeScript: 'typescript', 'C#': 'c-sharp', Java: 'java', Go: 'go',
    PowerShell: 'powershell',
  };
  for (const [language, grammar] of Object.entries(grammars)) {
    const parser = new Parser();
    const wasm = require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`);
    parser.setLanguage(await Language.load(readFileSync(wasm)));
    for (const { name, text } of texts(language)) {
      const tree = parser.parse(text);
      expect(text && !tree.rootNode.hasError, `${language}: ${name} does not parse`);
      tree.delete();
    }
  }
}

// The operation of a call in the specs, and its examples.
function described(call) {
  const document = json(`${published}/${call.api}/openapi.json`);
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
  const files = readdirSync(`${published}/${call.api}/fixtures`);
  const fixtures = Object.fromEntries(['request', 'parameters'].map((part) => {
    const file = files.find((file) => file.startsWith(`${call.name}.${part}.`));
    return [part, file && json(`${published}/${call.api}/fixtures/${file}`)];
  }));
  return { ...call, document, fixtures, ...operations.find(({ operation }) => operation.operationId === call.name) };
}

// What a call is to send.
function wanted(call) {
  const { api, name, document, path, method, operation, fixtures } = described(call);
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  const parameters = (operation.parameters ?? []).map((parameter) =>
    parameter.$ref ? document.components.parameters[parameter.$ref.split('/').pop()] : parameter);
  // Lists are read from their first page: no service knows the token of an example.
  const token = operation['x-paging']?.token;
  const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.name !== token)
    .map(({ name }) => [name, [fixtures.parameters[name]].flat().map(text)]);
  return {
    api,
    operation: name,
    method,
    path: path.replace(/\{(\w+)\}/g, (_, parameter) => text(fixtures.parameters[parameter])),
    query: Object.fromEntries(query),
    body: fixtures.request ? { ...fixtures.request, [token?.replace('body.', '')]: undefined } : null,
    isBodyRequired: operation.requestBody?.required === true,
  };
}

const log = {
  clear: () => fetch(`${open}/_sandbox/requests`, { method: 'DELETE' }),
  read: async () => (await fetch(`${open}/_sandbox/requests`)).json(),
};

// How all programs of a language run in one process, whose failures do not matter: what was sent counts. One whose programs
// may send several requests tells the first of each.
const drivers = {
  curl(calls, folder) {
    const lines = calls.map(({ texts }) => `(\n${texts.curl})`);
    writeFileSync(`${folder}/all.sh`, lines.join('\n'));
    run(folder, 'bash', ['all.sh']);
  },
  Python(calls, folder) {
    calls.forEach(({ texts }, index) => writeFileSync(`${folder}/call${index}.py`, texts.Python));
    const driver = `import contextlib, runpy\nfor index in range(${calls.length}):\n    with contextlib.suppress(Exception):\n` +
      '        runpy.run_path(f"call{index}.py")\n';
    writeFileSync(`${folder}/all.py`, driver);
    run(folder, python, ['all.py']);
  },
  TypeScript(calls, folder) {
    calls.forEach(({ texts }, index) => typescript(texts.TypeScript, `${folder}/call${index}`));
    writeFileSync(`${folder}/all.mjs`,
      `for (let index = 0; index < ${calls.length}; index++) {\n  await import(\`./call\${index}.mjs\`).catch(() => {});\n}\n`);
    const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: ['node'],
      moduleDetection: ts.ModuleDetectionKind.Force, typeRoots: [fileURLToPath(new URL('node_modules/@types', import.meta.url))] };
    const program = ts.createProgram(calls.map((_, index) => `${folder}/call${index}.mts`), options);
    for (const { messageText, file } of ts.getPreEmitDiagnostics(program)) {
      expect(false, `TypeScript: ${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    }
    run(folder, 'node', ['all.mjs']);
  },
  Java(calls, folder) {
    calls.forEach(({ texts }, index) => {
      mkdirSync(`${folder}/call${index}`);
      writeFileSync(`${folder}/call${index}/Call.java`, `package call${index};\n${texts.Java}`);
    });
    writeFileSync(`${folder}/All.java`, `public class All {\n    public static void main(String[] none) throws Exception {\n` +
      `        for (int index = 0; index < ${calls.length}; index++) {\n            try {\n` +
      `                Class.forName("call" + index + ".Call").getMethod("main", String[].class).invoke(null, (Object) none);\n` +
      `            } catch (java.lang.reflect.InvocationTargetException refused) {\n                continue;\n            }\n` +
      `        }\n    }\n}\n`);
    const files = calls.map((_, index) => `call${index}/Call.java`);
    run(folder, 'javac', ['-Xlint:all', '-Werror', '-d', 'classes', 'All.java', ...files]);
    run(folder, 'java', ['-cp', 'classes', 'All']);
  },
  Go(calls, folder) {
    writeFileSync(`${folder}/go.mod`, 'module samples\n\ngo 1.26\n');
    calls.forEach(({ texts }, index) => {
      const text = texts.Go.replace('package main', `package call${index}`).replace('func main()', 'func Main()');
      mkdirSync(`${folder}/call${index}`);
      // What ends a program would end all of them.
      writeFileSync(`${folder}/call${index}/call.go`, text.replaceAll('log.Fatal', 'log.Panic'));
      const formatted = execFileSync('gofmt', { input: texts.Go, encoding: 'utf8' });
      expect(formatted === texts.Go, `Go: gofmt writes ${calls[index].name} differently`);
    });
    const numbers = calls.map((_, index) => index);
    writeFileSync(`${folder}/main.go`, `package main\n\nimport (\n${numbers.map((n) => `\t"samples/call${n}"\n`).join('')})\n\n` +
      `func main() {\n\tfor _, call := range []func(){${numbers.map((n) => `call${n}.Main`).join(', ')}} {\n` +
      `\t\tfunc() {\n\t\t\tdefer func() { recover() }()\n\t\t\tcall()\n\t\t}()\n\t}\n}\n`);
    run(folder, 'go', ['vet', './...']);
    run(folder, 'go', ['run', '.']);
  },
  async Rust(calls, folder) {
    const apis = [...new Set(calls.map(({ api }) => api))];
    // The workspace's own profiles, so that what it has built is built.
    const profiles = readFileSync('Cargo.toml', 'utf8').match(/^\[profile\..*/ms)[0];
    const manifest = apis.map((api) => `avepoint-${api} = { path = ${JSON.stringify(`${root}/crates/avepoint-${api}`)} }\n`);
    writeFileSync(`${folder}/Cargo.toml`, `[workspace]\n\n[package]\nname = "samples"\nversion = "0.0.0"\nedition = "2024"\n\n` +
      `[dependencies]\n${manifest.join('')}` +
      `tokio = { version = "1", default-features = false, features = ["macros", "rt-multi-thread"] }\n\n${profiles}`);
    cpSync('Cargo.lock', `${folder}/Cargo.lock`);
    mkdirSync(`${folder}/src`);
    const modules = calls.map(({ texts }, index) =>
      `mod call${index} {\n${texts.Rust.replace('#[tokio::main]\nasync fn', 'pub async fn')}}\n`);
    const arms = calls.map((_, index) => `        ${index} => call${index}::main().await,\n`);
    writeFileSync(`${folder}/src/main.rs`, `${modules.join('')}#[tokio::main]\nasync fn main() {\n` +
      `    let result = match std::env::args().nth(1).unwrap().parse().unwrap() {\n${arms.join('')}        _ => unreachable!(),\n    };\n` +
      '    if let Err(error) = result {\n        println!("{error}");\n    }\n}\n');
    const target = process.env.CARGO_TARGET_DIR ?? `${root}/target`;
    run(folder, 'cargo', ['build', '--quiet', '--target-dir', target]);
    const first = [];
    for (const [index, { name, texts }] of calls.entries()) {
      await log.clear();
      // Secrets stand in the environment.
      const secrets = [...texts.Rust.matchAll(/var\("(?!AVEPOINT_)(\w+)"\)/g)].map(([, variable]) => [variable, 'secret']);
      const printed = run(folder, `${target}/debug/samples`, [String(index)], { ...variables, ...Object.fromEntries(secrets) });
      const [entry] = await log.read();
      expect(entry, `Rust: ${name} sent nothing: ${printed}`);
      first.push(entry ?? {});
    }
    return first;
  },
};

function typescript(text, path) {
  writeFileSync(`${path}.mts`, text);
  const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
  writeFileSync(`${path}.mjs`, outputText);
}

const variables = { AVEPOINT_BASE_URL: open, AVEPOINT_ACCESS_TOKEN: 'token' };

function run(cwd, command, parameters, environment = variables) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    cwd, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, ...environment },
  });
  if (error || (status !== 0 && parameters[0] !== 'all.sh')) {
    throw new Error(`${command} ${parameters.slice(0, 6).join(' ')}: ${error ?? stderr + stdout}`);
  }
  return stdout;
}

function folder(name) {
  const path = `${box}/${name}`;
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

// Whether what was sent is what the examples say. The log of the sandbox hides secrets. The Rust client sends what is
// required, one entry where a list may be one, and a code as it is documented, though an example has it as digits or by its
// name.
function isSame(sent, example, language) {
  if (sent === '***' || sent === example) {
    return true;
  }
  if (language === 'Rust' && Array.isArray(example) && !Array.isArray(sent)) {
    return isSame(sent, example[0], language);
  }
  if (sent && example && typeof sent === 'object' && typeof example === 'object') {
    const names = new Set([...Object.keys(sent), ...(language === 'Rust' ? [] : Object.keys(example))]);
    return [...names].every((name) => isSame(sent[name], example[name], language));
  }
  const codes = { Netherlands: 'NL', Sweden: 'SE' };
  return language === 'Rust' && String(sent) === (codes[example] ?? String(example));
}

async function everyCall(calls) {
  const sent = calls.map(wanted);
  for (const [language, drive] of Object.entries(drivers)) {
    await log.clear();
    const seen = (await drive(calls, folder(language))) ?? (await log.read());
    expect(seen.length === calls.length, `${language}: ${seen.length} requests of ${calls.length} programs`);
    seen.forEach((entry, index) => {
      const { api, operation, method, path, query = [], body } = entry;
      const values = {};
      query.forEach(([name, value]) => (values[name] ??= []).push(value));
      const found = { api, operation, method, path: decodeURIComponent(path ?? ''), query: values, body };
      const { isBodyRequired, ...expected } = sent[index] ?? {};
      // The Rust client leaves out an optional body that holds nothing.
      if (language === 'Rust' && body === null && !isBodyRequired) {
        expected.body = null;
      }
      expect(isSame(found, expected, language), `${language}: ${expected.operation} sent ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
      // Ids of examples are not in the world of the sandbox; anything else that it refuses is wrong.
      expect(entry.status < 300 || entry.status === 404, `${language}: ${operation} was answered with ${entry.status}`);
    });
    console.log(`   ${language}: ${seen.length} programs sent what the specs have`);
  }
}

// How a program is run as a person runs it; the answer is what it printed.
const runners = {
  curl: (text, at, variables) => run(at, 'bash', ['-c', text], variables),
  Python: (text, at, variables) => run(at, python, ['-c', text], variables),
  TypeScript(text, at, variables) {
    typescript(text, `${at}/program`);
    return run(at, 'node', ['program.mjs'], variables);
  },
  Java(text, at, variables) {
    const name = text.match(/public class (\w+)/)[1];
    writeFileSync(`${at}/${name}.java`, text);
    return run(at, 'java', [`${name}.java`], variables);
  },
  Go(text, at, variables) {
    writeFileSync(`${at}/main.go`, text);
    return run(at, 'go', ['run', 'main.go'], variables);
  },
};

async function wholePrograms(calls, tokens) {
  const list = async (path) => (await fetch(`${open}/partner/external/v3${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}',
  })).json();
  const customer = (await list('/general/customers/batch')).data.find(({ tenants }) => tenants.length);
  const [tenant] = customer.tenants;
  const [user] = (await list(`/um/customers/${customer.id}/tenants/${tenant.id}/users/batch`)).data;
  const real = { customerIds: customer.id, customerId: customer.id, tenantId: tenant.id, userId: user.id };
  for (const [language, runner] of Object.entries(runners)) {
    const at = folder(`whole-${language}`);
    for (const [api, name, shown] of [
      ['elements-legacy', 'listCustomers', customer.id],
      ['elements-v3', 'listCustomers', customer.organization],
      ['elements-v3', 'getUser', user.id],
      ['elements-v3', 'updateUserGeneral', ''],
    ]) {
      const { texts, operation, fixtures } = described(calls.find((call) => call.api === api && call.name === name));
      const [scope] = operation.security[0].oauth2;
      const printed = runner(tokens[language].replace('elements.customers.read.all', scope), at, {});
      const token = printed.trim();
      // Ids of this world in the place of those of the example.
      const program = Object.entries({ ...fixtures.request, ...fixtures.parameters }).reduce((text, [member, examples]) =>
        [examples].flat().reduce((text, example) => (real[member] ? text.replaceAll(example, real[member]) : text), text),
      texts[language]);
      const answer = runner(program, at, { AVEPOINT_BASE_URL: base, AVEPOINT_ACCESS_TOKEN: token });
      expect(answer.includes(shown), `${language}: ${api}/${name} printed ${answer.slice(0, 300)}`);
      const [last] = (await (await fetch(`${base}/_sandbox/requests`)).json()).slice(-1);
      expect(last.api === api && last.operation === name && last.status < 300, `${language}: ${name}: ${JSON.stringify(last)}`);
    }
    console.log(`   ${language}: got tokens, read two lists and a user, and changed that`);
  }
}

const { calls, tokens } = await read();
await parse((language) => [
  ...calls.map(({ name, texts }) => ({ name, text: texts[language] })),
  { name: 'the token', text: tokens[language] },
]);
console.log(`   ${calls.length} operations in ${Object.keys(calls[0].texts).length} languages parse`);
await everyCall(calls);
await wholePrograms(calls, tokens);
if (problems.length) {
  console.error(problems.slice(0, 40).join('\n'));
  process.exit(1);
}
