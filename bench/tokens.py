"""Verifications per second and core, for each algorithm, beside OpenSSL's own figures, jwt-kit and PyJWT.

One table: the raw operation (bench/raw.c on the library that Sallyport links: hash and verify, everything prepared), what
`openssl speed` says of it, our verification of a token (signature, strict claims, expiry, issuer, audience), the same with
the client's binding as the proxy does it, jwt-kit and PyJWT. All are processor time on one core, the median of rounds that
take turns, so that a busy neighbour disturbs all of them alike."""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
ALGORITHMS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
              "ES256", "ES384", "ES512", "EdDSA"]
QUICK = ["HS256", "RS256", "PS256", "ES256", "EdDSA"]
# Signatures without a hash of ours; for HMAC, blocks of 256 bytes, which is near the length of the tokens.
SPEED = {"RS256": "rsa2048", "ES256": "ecdsap256", "ES384": "ecdsap384", "ES512": "ecdsap521", "EdDSA": "ed25519"}
HMACS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}

PYJWT = """
import sys, time, jwt
algorithm, folder, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1000
token, key = open(f"{folder}/{algorithm}.jwt").read(), open(f"{folder}/{algorithm}.key", "rb").read()
if not algorithm.startswith("HS"):
    key = jwt.get_algorithm_by_name(algorithm).prepare_key(key)
def once(): jwt.decode(token, key, algorithms=[algorithm], audience="shop", issuer="https://gate.example")
for _ in range(20): once()
start, count = time.process_time(), 0
while time.process_time() - start < limit:
    for _ in range(20): once()
    count += 20
print(int((time.process_time() - start) / count * 1e9))
"""


def run(core, *words):
    result = subprocess.run(["taskset", "--cpu-list", str(core), *map(str, words)], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"bench tokens: {pathlib.Path(str(words[0])).name} failed: {result.stderr.strip()}")
    return result.stdout.strip()


def openssl_speed(core, algorithm):
    """Nanoseconds of one verification as `openssl speed` says; None where it has no such figure."""
    if algorithm in SPEED:
        text = run(core, "openssl", "speed", "-seconds", "1", SPEED[algorithm])
        return 1e9 / float(text.split("\n")[-1].split()[-1])
    if algorithm in HMACS:
        text = run(core, "openssl", "speed", "-seconds", "1", "-bytes", "256", "-hmac", HMACS[algorithm])
        return 256 / (float(re.search(r"([\d.]+)k$", text).group(1)) * 1000) * 1e9
    return None


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench tokens", description=__doc__)
    parser.add_argument("--bench", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--raw", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--jwtkit", help=argparse.SUPPRESS)
    parser.add_argument("--python", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--milliseconds", type=int, default=400, help="of each measurement")
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="five algorithms, three rounds")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 3

    library = run(options.core, options.raw, "version")
    tool = run(options.core, "openssl", "version").split("(")[0].strip()
    print(f"library: {library}; openssl: {tool}; load {os.getloadavg()[0]:.1f}; "
          f"{options.rounds} rounds of {options.milliseconds} ms on core {options.core}")
    if library.split()[:2] != tool.split()[:2]:
        sys.exit("bench tokens: the openssl command is of another version than the library that is linked")

    with tempfile.TemporaryDirectory() as folder:
        run(options.core, options.bench, "make", folder)
        print(f"{'':6} {'raw µs':>8} {'speed':>8} {'ours':>8} {'per s':>8} {'× raw':>6} {'+ µs':>6} "
              f"{'proxy':>8} {'jwt-kit':>8} {'PyJWT':>8}")
        failed = []
        for algorithm in QUICK if options.quick else ALGORITHMS:
            time = options.milliseconds
            runs = {
                "raw": [options.raw, algorithm, f"{folder}/{algorithm}.key", f"{folder}/{algorithm}.jwt", time],
                "ours": [options.bench, algorithm, folder, time, "judge"],
                "proxy": [options.bench, algorithm, folder, time, "proxy"],
            }
            if options.jwtkit:
                runs["jwt-kit"] = [options.jwtkit, algorithm, folder, time]
            if options.python:
                runs["PyJWT"] = [options.python, "-c", PYJWT, algorithm, folder, time]
            figures = {name: [] for name in runs}
            for _ in range(options.rounds):
                for name, words in runs.items():
                    text = run(options.core, *words)
                    if text:
                        figures[name].append(int(text) / 1000)
            median = {name: statistics.median(values) if values else None for name, values in figures.items()}
            speed = openssl_speed(options.core, algorithm)
            over = median["ours"] - median["raw"]
            ratio = median["ours"] / median["raw"]
            isMet = over <= 1.0 if algorithm.startswith("HS") else ratio <= 1.05
            if not isMet:
                failed.append(algorithm)

            def cell(value):
                return f"{value:8.2f}" if value is not None else f"{'–':>8}"

            print(f"{algorithm:6} {cell(median['raw'])} {cell(speed and speed / 1000)} {cell(median['ours'])} "
                  f"{1e6 / median['ours']:8.0f} {ratio:6.3f} {over:6.2f} {cell(median['proxy'])} "
                  f"{cell(median.get('jwt-kit'))} {cell(median.get('PyJWT'))}{'' if isMet else '   missed'}", flush=True)
    print("Wanted: HS within 1 µs of the raw operation, the others within 1.05 times."
          + (f" Missed by: {', '.join(failed)}." if failed else " All of them are."))


if __name__ == "__main__":
    main()
