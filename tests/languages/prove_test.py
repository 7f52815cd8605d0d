"""What prove.py says of a recipe that is not as it should be. The recipes here are programs of a few lines."""

import argparse
import json
import pathlib
import tempfile
import time
import unittest
import unittest.mock

import prove

HEAD = """#!/bin/sh
#   recipe generate DOCUMENT DIR
#   recipe build DIR
#   recipe carry DIR
#   recipe journey DIR
# Needs: cat
"""
ECHO = """
case $1 in
    carry) while read -r case; do echo '{"value": {"a": 1}, "target": "GET /things"}'; done ;;
    journey) echo '{"customers": {"count": 250}}' ;;
esac
"""
THING = {"operation": "getThing", "method": "GET", "path": "/things", "parameters": [], "side": "answer"}
CASES = [("example", THING | {"answer": {"a": 1}})] * 2
JOURNEY = {"customers": {"count": 250}}


class Recipes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.box = pathlib.Path(folder.name)
        self.folder = self.box / "tool"
        self.folder.mkdir()
        (self.folder / "README.md").touch()
        service = self.box / "sandbox"
        self.write(service, "#!/bin/sh\necho 'The sandbox is at http://127.0.0.1:8090: 1 customer.'\nexec sleep 60\n")
        folders = {name: self.box for name in ("box", "published", "installed", "jar")}
        self.options = argparse.Namespace(sandbox=service, **folders)

    def write(self, file, text):
        file.write_text(text)
        file.chmod(0o755)

    def recipe(self, text):
        self.write(self.folder / "recipe", text)
        return prove.Recipe(self.folder)

    def client(self, text, all_cases=CASES):
        """What becomes of the client of all APIs."""
        client = prove.Client("portable", prove.MERGED, self.recipe(text), self.options)
        client.prove(all_cases, JOURNEY)
        return client

    def test_a_good_recipe(self):
        client = self.client(HEAD + ECHO)
        self.assertEqual(list(client.recipe.faults()), [])
        self.assertEqual((client.cell, client.journey, client.problems), ("0 of 2", "the same", []))

    def test_what_is_wrong_with_a_folder(self):
        (self.folder / "README.md").unlink()
        recipe = self.recipe("#!/bin/sh\n#   recipe build DIR\n")
        recipe.program.chmod(0o644)
        said = "\n".join(recipe.faults())
        for part in ("no README.md", "chmod +x", "`#   recipe carry", "`#   recipe generate", "`# Needs: …`"):
            self.assertIn(part, said)

    def test_a_missing_toolchain(self):
        without = HEAD.replace("cat", "cat no-such-compiler")
        self.assertIn("tool needs no-such-compiler", "\n".join(self.recipe(without).faults()))

    def test_a_language_that_cannot_be_had(self):
        head = HEAD.replace("carry DIR", "check DOCUMENT DIR").replace("#   recipe build DIR\n", "")
        checked = self.client(head + '[ "$1" != build ]')
        self.assertEqual(list(checked.recipe.faults()), [])
        self.assertEqual((checked.cell, checked.problems), ("checked", []))
        wrong = self.client(head + '[ "$1" != check ] || { echo "$3: wrong"; exit 1; }')
        self.assertIn("portable.all.tool: wrong", wrong.problems[0])

    def test_a_command_that_fails(self):
        client = self.client(HEAD + 'echo said; echo "and why" >&2; [ "$1" = generate ] || exit 3')
        self.assertEqual(client.cell, "does not build")
        self.assertEqual(client.problems, ["`recipe build` failed with status 3: said\nand why"])

    def test_a_command_that_hangs(self):
        with unittest.mock.patch.object(prove, "LIMIT", 1):
            client = self.client(HEAD + 'sleep 60 & echo $! >"${0%/*}/pid"; wait')
        self.assertEqual(client.problems, ["`recipe generate` has not ended after 1 s"])
        # What it has started itself ends, too, with the signal that it was sent.
        state = pathlib.Path("/proc", (self.folder / "pid").read_text().strip(), "stat")
        for _ in range(100):
            if not state.exists() or state.read_text().split()[2] == "Z":
                return
            time.sleep(0.05)
        self.fail(f"it goes on: {state.read_text()}")

    def test_results_that_are_missing_or_none(self):
        for text, said in (("cat >/dev/null; echo '{}'", "1 results of 2"), ("cat >/dev/null; echo x; echo y", "'x'")):
            client = self.client(HEAD + f"[ $1 != carry ] || {{ {text}; }}")
            self.assertEqual(client.cell, "does not start")
            self.assertIn(said, client.problems[0])

    def test_a_loss_is_named_or_an_error(self):
        lossy = [CASES[0], ("null", THING | {"answer": {"a": 2}, "place": "it.a"})]
        client = self.client(HEAD + ECHO, lossy)
        self.assertEqual((client.cell, client.journey), ("1 of 2", "the same"))
        self.assertEqual(client.unnamed(), ["getThing, answer, null at it.a: it.a was 2, and is 1"])
        (self.folder / "losses.json").write_text(json.dumps({"null at it.a": "a cause", "code at": "another"}))
        client = self.client(HEAD + ECHO, lossy)
        self.assertEqual(client.unnamed(), [])
        self.assertEqual(list(client.recipe.losses.values()), [1, 0])

    def test_a_failure_is_no_loss(self):
        (self.folder / "losses.json").write_text(json.dumps({".*": "everything"}))
        client = self.client(HEAD + '[ "$1" != build ]')
        self.assertIn("'.*' names whatever is lost", "\n".join(client.recipe.faults()))
        self.assertEqual(client.unnamed(), ["`recipe build` failed with status 1: it said nothing"])

    def test_a_program_that_does_not_call_the_client(self):
        client = self.client(HEAD + ECHO.replace(', "target": "GET /things"', ""))
        self.assertEqual(client.cell, "2 of 2")
        self.assertIn("does not say to what the client sent", client.lost[0])

    def test_a_journey_that_is_another_or_none(self):
        for journey, cell, said in (
            ('{"customers": {"count": 249}}', "differs", "journey.customers.count was 250, and is 249"),
            ("250 customers", "fails", "printed '250 customers\\n', which is no JSON document"),
        ):
            client = self.client(HEAD + ECHO.replace('{"customers": {"count": 250}}', journey))
            self.assertEqual((client.cell, client.journey), ("0 of 2", cell))
            self.assertIn(said, client.problems[0])


unittest.main()
