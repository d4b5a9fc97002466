"""Looks at the headers: what stands by itself has a comment, and so have the public members that a user of
the library meets.

A comment holds for the members below it up to the next blank line, and the comment of a class for its
first members.
"""

import re
import unittest
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src"
ROOT = SOURCES / "paceline"
README = SOURCES.parent / "README.md"
# What needs none: the frame, what is declared for its name only, and members.
FRAME = re.compile(r"//|#|namespace |\}|(class|struct) \w+;| ")
SCOPE = re.compile(r"(?:template <.*> )?(namespace|class|struct)\b ?(\w*)[^;()]*\{$")
LABEL = re.compile(r"(public|protected|private):")
# Members that their class, their type or their one line explains, and names that mean one thing in every
# class.
CLEAR = re.compile(r"= (delete|default);|\boverride\b|\boperator\b|^using |^friend "
                   r"|\{ return [^;]*; \}$|^[A-Z]\w* \w+( =.*|\{.*\})?;$"
                   r"|\b(add|clear|merge)\(")


def headers_of_users():
    """The headers directly in src/paceline and those that README.md shows, with all that they include."""
    waiting = [*ROOT.glob("*.h"), README]
    found = set()
    while waiting:
        text = waiting.pop().read_text()
        for name in re.findall(r"#include <(paceline/[\w./]+\.h)>", text):
            if SOURCES / name not in found:
                found.add(SOURCES / name)
                waiting.append(SOURCES / name)
    return sorted(found | set(ROOT.glob("*.h")))


class Scope:
    """A namespace or a class whose end has not come."""

    def __init__(self, kind, name, has_comment):
        self.kind = kind
        self.name = name
        self.is_public = kind != "class"
        # Until the first members end.
        self.explains = has_comment


def public_members(text):
    """Of each public member: its line, its declaration, its class, and whether a comment explains it."""
    scopes = []
    statement = ""
    has_comment = False
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not statement:
            if line.startswith("//") or line.startswith("#"):
                has_comment = has_comment or line.startswith("//")
                continue
            if not line:
                has_comment = False
                if scopes:
                    scopes[-1].explains = False
                continue
            if label := LABEL.fullmatch(line):
                scopes[-1].is_public = label[1] == "public"
                continue
            first = number
        code = re.sub(r"//.*", "", re.sub(r'"(\\.|[^"\\])*"', '""', line))
        statement = f"{statement} {code}".strip()
        is_explained = has_comment or any(scope.explains for scope in scopes[-1:])
        if scope := SCOPE.match(statement):
            scopes.append(Scope(scope[1], scope[2], is_explained))
        elif statement.count("{") < statement.count("}"):
            scopes.pop()
        elif (statement.count("{") > statement.count("}") or
              statement.count("(") > statement.count(")") or statement[-1] not in ";}"):
            continue
        elif scopes and scopes[-1].kind != "namespace" and all(scope.is_public for scope in scopes):
            yield first, statement, scopes[-1].name, is_explained
        has_comment = has_comment and not scope
        statement = ""


class Headers(unittest.TestCase):
    def test_what_stands_by_itself_is_explained(self):
        headers = sorted(ROOT.rglob("*.h"))
        self.assertNotEqual(headers, [])
        for header in headers:
            lines = header.read_text().splitlines()
            for number, (before, line) in enumerate(zip(lines, lines[1:]), start=2):
                if line and not before and not FRAME.match(line):
                    self.fail(f"{header.relative_to(ROOT)}:{number}: say with /// what this is for, "
                              f"its units and errors: {line}")

    def test_public_members_are_explained(self):
        seen = 0
        for header in headers_of_users():
            for number, member, owner, is_explained in public_members(header.read_text()):
                seen += 1
                is_constructor = re.match(rf"(explicit |virtual )?~?{owner}\(", member)
                self.assertTrue(is_explained or is_constructor or CLEAR.search(member),
                                f"{header.relative_to(ROOT)}:{number}: say with /// what this is for, "
                                f"its units and errors: {member}")
        self.assertGreater(seen, 100)


class Reading(unittest.TestCase):
    """Of members, from a header that has one of each kind."""

    HEADER = '''\
#pragma once
namespace paceline {
/// A thing.
class Thing {
 public:
  Thing();
  int first(const std::string& text = "{",
            int second);

  int bare() const;
  /// Says so.
  int commented();
  int beside = 0;

  struct Inner {
    int hidden_nothing;
  };
  void inline_one() {
    if (true) return;
  }

 private:
  int hidden;
  struct Deep {
    int hidden_too;
  };
};
enum class Kind { one, two };
struct Plain {
  int a;
};
}  // namespace paceline
'''

    def test_finds_public_members_and_their_comments(self):
        found = [(number, re.findall(r"\w+", member)[:2], owner, is_explained)
                 for number, member, owner, is_explained in public_members(self.HEADER)]
        self.assertEqual(found, [
            (6, ["Thing"], "Thing", True), (7, ["int", "first"], "Thing", True),
            (10, ["int", "bare"], "Thing", False), (12, ["int", "commented"], "Thing", True),
            (13, ["int", "beside"], "Thing", True), (16, ["int", "hidden_nothing"], "Inner", False),
            (18, ["void", "inline_one"], "Thing", False), (30, ["int", "a"], "Plain", False)])


if __name__ == "__main__":
    unittest.main()
