"""Sessions in bulk: sign-ins through the gate itself, whose answers' cookies are written down. Standard library only."""

import heads
import rig
from bed import tell


def sign_in(bed, gate, count, first=0, what=""):
    """Makes so many sessions, each of a user of its own, and returns the pairs of access and refresh token."""
    names = range(first, first + count)
    fields = {"User-Agent": heads.USER_AGENT}
    file = heads.write(bed.folder / f"{gate.key}.logins", (
        heads.head(fields, gate.port, f"/login/user{name}").encode() for name in names))
    harvest = bed.folder / f"{gate.key}.harvest"
    connections = min(32, count)
    tell(f"  {what or gate.key}: {count:,} sign-ins")
    # Each connection makes a request before the counted ones: they are sign-ins as well.
    arguments = ["--requests", file, "--count", max(1, count - connections), "--connections", connections, "--harvest",
                 ",".join(heads.COOKIES), harvest]
    with bed.opened(gate, arguments) as ready:
        ready.run(600)
    pairs = [tuple(line.split(" ")) for line in harvest.read_text().splitlines()]
    harvest.unlink()
    file.unlink()
    if len(pairs) < count or any(len(pair) != 2 for pair in pairs):
        raise rig.BenchError(f"{gate.name}: {count} sign-ins gave {len(pairs)} pairs of cookies")
    return pairs
