"""What can be said of a client in C# or PowerShell where there is no .NET: `check.py LANGUAGE DOCUMENT DIR`.

Its files, and the program of the recipe, can be parsed, and each operation and each model of the document is there once.
"""

import collections
import json
import pathlib
import sys

import tree_sitter
import tree_sitter_c_sharp
import tree_sitter_powershell

METHODS = ("get", "put", "post", "patch", "delete")

# Of each language: its grammar, its files, where a name is defined, and the names of an operation, of an object and of codes.
LANGUAGES = {
    "csharp": (
        tree_sitter_c_sharp.language(),
        ("*.cs",),
        """
        (class_declaration name: (identifier) @name)
        (enum_declaration name: (identifier) @name)
        (interface_declaration (declaration_list (method_declaration name: (identifier) @name)))
        """,
        ("{}Async", "{}", "{}"),
    ),
    "powershell": (
        tree_sitter_powershell.language(),
        ("*.ps1", "*.psm1"),
        """
        (function_statement (function_name) @name)
        (enum_statement (simple_name) @name)
        """,
        ("Invoke-{}", "Initialize-{}", "{}"),
    ),
}


def expected(document, forms):
    """The names that the client must have."""
    operation, model, codes = forms
    for path in document["paths"].values():
        for method in path.keys() & set(METHODS):
            name = path[method]["operationId"]
            yield operation.format(name[0].upper() + name[1:])
    for name, schema in document["components"]["schemas"].items():
        if "enum" in schema:
            yield codes.format(name)
        elif schema.get("properties"):
            yield model.format(name)


def faults(language, document, folder):
    grammar, patterns, query, forms = LANGUAGES[language]
    client, recipe = folder / "client", pathlib.Path(__file__).parent.parent / language
    grammar = tree_sitter.Language(grammar)
    parser, query = tree_sitter.Parser(grammar), tree_sitter.Query(grammar, query)
    defined = collections.Counter()
    for file in sorted(file for root in (client, recipe) for pattern in patterns for file in root.rglob(pattern)):
        tree = parser.parse(file.read_bytes())
        if tree.root_node.has_error:
            yield f"{file}: cannot be parsed"
        captures = tree_sitter.QueryCursor(query).captures(tree.root_node)
        defined.update(node.text.decode() for node in captures.get("name", ()))
    for name in expected(document, forms):
        if defined[name] != 1:
            yield f"{client}: {name} is defined {defined[name]} times"


def main():
    language, document, folder = sys.argv[1:]
    found = list(faults(language, json.loads(pathlib.Path(document).read_text()), pathlib.Path(folder)))
    if found:
        sys.exit("\n".join(found))


main()
