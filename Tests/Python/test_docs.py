"""What README.md says is tried: its configurations are judged by the binary, its snippets are those of Examples/."""

import re

import pytest

import processes

ROOT = processes.ROOT
README = (ROOT / "README.md").read_text()
SHIPPED = (ROOT / "conf" / "sallyport.yaml").read_text()
ENVIRONMENT = {"JWT_SECRET_KEY": "x" * 64, "REDIS_PASSWORD": "y" * 16}


def blocks(marker):
    """The code blocks that stand behind a comment `<!-- MARKER -->`, with what of the comment the pattern catches."""
    found = re.findall(rf"<!-- {marker} -->\n```\w+\n(.*?)```\n", README, re.DOTALL)
    assert found, f"README.md holds no block marked {marker}"
    return found


def check(text, tmp_path):
    path = tmp_path / "sallyport.yaml"
    path.write_text(text)
    return processes.sallyport("check", "--config", str(path), environment=ENVIRONMENT, check=False)


def table(first_cell):
    """The rows of the table whose head begins with a cell, as lists of cells."""
    body = re.search(rf"^\| {re.escape(first_cell)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert body, f"README.md holds no table that begins with {first_cell}"
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in body[1].splitlines()]


@pytest.mark.parametrize("number", range(len(blocks("complete"))))
def test_a_configuration_of_the_readme_is_good(number, tmp_path):
    answer = check(blocks("complete")[number], tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "warning" not in answer.stdout


def test_a_configuration_with_a_misspelled_key_is_not(tmp_path):
    assert check(blocks("complete")[0].replace("upstreams:", "upstream:"), tmp_path).returncode == 1


def limits():
    return {cells[0].strip("`"): cells[1].split()[0] for cells in table("Key in `limits:`")}


def test_each_limit_of_the_readme_is_a_key_and_its_default_is_one_that_may_be_written(tmp_path):
    lines = "".join(f"  {key}: {value}\n" for key, value in limits().items())
    answer = check(blocks("complete")[0] + "limits:\n" + lines, tmp_path)
    assert answer.returncode == 0, answer.stdout


def test_the_limits_of_the_readme_are_those_of_the_shipped_file_with_the_same_defaults():
    section = SHIPPED.split("# limits:\n")[1].split("\n\n")[0]
    assert limits() == dict(re.findall(r"^#   (\w+): (\d+)", section, re.MULTILINE))


def test_each_key_of_the_readme_stands_in_the_shipped_file():
    names = {name for cells in table("Key") for text in re.findall(r"`([^`]+)`", cells[0])
             for name in re.split(r"[.\[\]]+", text) if name and name != "NAME"}
    assert len(names) > 40
    absent = {name for name in names if not re.search(rf"\b{name}\b", SHIPPED)}
    assert not absent


def test_each_snippet_is_part_of_its_example():
    for path, code in blocks(r"from (\S+)"):
        assert code in (ROOT / path).read_text(), f"the snippet of {path} is not in it"


def test_each_link_of_the_documents_leads_somewhere():
    for document in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (ROOT / target).exists(), f"{document.name} links to {target}"


def test_the_commands_of_the_readme_are_those_of_the_binary(commands):
    named = {cells[0].strip("`").split()[0].rstrip("`,") for cells in table("Command")}
    assert named == commands - {"-h,", "--version", "See"}


def test_each_name_of_the_map_is_one_of_the_code():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    words = set()
    for folder in ("Sources", "Tests", "bench"):
        for path in (ROOT / folder).rglob("*.*"):
            words.update(re.findall(r"\w+", path.stem))
            if path.suffix in (".swift", ".modulemap", ".h"):
                words.update(re.findall(r"\w+", path.read_text()))
        words.update(path.name for path in (ROOT / folder).rglob("*") if path.is_dir())
    names = {name for span in re.findall(r"`([^`\n]+)`", text) for name in re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", span)}
    assert len(names) > 60
    assert names - words == set()


def test_each_public_type_of_the_library_stands_in_its_documentation():
    declared = re.compile(r"^(?:@\w+ )*public (?:final )?(?:struct|class|enum|protocol|actor) (\w+)", re.MULTILINE)
    types = {name for path in (ROOT / "Sources/Tokens").rglob("*.swift") for name in declared.findall(path.read_text())}
    listed = set(re.findall(r"^- ``(\w+)``$", (ROOT / "Sources/Tokens/Tokens.docc/Tokens.md").read_text(), re.MULTILINE))
    assert len(types) > 40
    assert types == listed
