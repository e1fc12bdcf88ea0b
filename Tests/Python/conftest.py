"""What the checks share: where the corpus lies, and a configuration for a proxy of one worker."""

import pathlib

import pytest

import processes

# Rows from public test suites are read in place, beside the clone; they are not part of this repository.
SHARED_CORPUS = processes.ROOT.parent / "shared" / "corpus"
CORPUS = processes.ROOT / "Tests" / "Corpus"


@pytest.fixture(scope="session")
def commands():
    """The names of the commands that the binary offers."""
    words = processes.sallyport("--help").stdout.split("\n")
    return {line.split()[0] for line in words if line.startswith("  ") and line.strip()}


@pytest.fixture
def public_corpus():
    """The folder of rows that may not be copied; tests that use it are skipped, and say so, where it is absent."""
    folder = SHARED_CORPUS / "public"
    if not folder.is_dir():
        pytest.skip(f"ran without the public corpus: {folder} is absent")
    return folder


@pytest.fixture
def write_configuration(tmp_path):
    """Writes a configuration file of one worker over a SQLite store in a folder of its own; returns its path."""

    def write(port=8080, upstream_port=3000, algorithm="HS256", routes="", name="sallyport", user_agent="strict",
              listener=""):
        folder = tmp_path / name
        folder.mkdir()
        path = pathlib.Path(folder / "sallyport.yaml")
        path.write_text(
            f"""
workers: 1
listeners:
  - address: 127.0.0.1:{port}
    {listener}
tokens:
  algorithm: {algorithm}
  secret: {{env: JWT_SECRET_KEY}}
  binding: {{user_agent: {user_agent}}}
cookies: {{secure: false, access: sallyport-access, refresh: sallyport-refresh}}
store:
  url: sqlite:{folder}/sallyport.db
upstreams:
  application: {{endpoints: ["127.0.0.1:{upstream_port}"]}}
routes:
{routes or "  - match: {path_prefix: /}" + chr(10) + "    upstream: application"}
logging: {{access: "{folder}/access.jsonl", audit: "{folder}/audit.jsonl"}}
""")
        return path

    return write
