# Shared by the scripts beside it; sourced by bash, never run. Nothing here changes anything on sourcing.
# shellcheck shell=bash disable=SC2034

# The packages a build needs, by what they are for.
# - The libraries that Sallyport stands on, with pkg-config to find them.
# - What the Swift toolchain itself calls for: the linker and the C++ library of g++, git for the dependencies.
build_packages=(libevent-dev libssl-dev libhiredis-dev libnghttp2-dev libsqlite3-dev libyaml-dev pkg-config g++ git ca-certificates)
# - Real servers and clients of the tests, and a runtime of one of the examples (Go is another, which takes 450 MB: its tests run
#   where it is installed); python3-venv brings ensurepip, which Debian keeps apart from python3.
test_packages=(redis-server nginx haproxy curl nghttp2-client openssl python3 python3-venv nodejs slowhttptest)
# - The peers and the tools of the measurements.
bench_packages=(haproxy nginx apache2-bin libapache2-mod-auth-openidc nghttp2-client redis-server openssl gcc libc6-dev libssl-dev
    python3 python3-venv strace util-linux)
# - What counts allocations, system calls and instructions per request.
count_packages=(gcc libc6-dev libssl-dev openssl binutils strace valgrind python3 util-linux)

# Progress goes to standard error: standard output belongs to what a script answers.
say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

# Succeeds when every named Debian package is installed; prints those that are not, one a line.
missing_packages() {
    local installed package
    installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
    for package in "$@"; do
        [[ $installed == *" installed:$package "* ]] || printf '%s\n' "$package"
    done
}

# Installs the named Debian packages that are missing. Not being root, it says which command installs them, and ends
# before anything was changed. Elsewhere than on Debian it names what has to be there and goes on.
need_packages() {
    local missing
    if ! command -v dpkg-query >/dev/null; then
        say "This is not a Debian system: please see that it has the equivalents of: $*"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    if [[ $(id -u) -ne 0 ]]; then
        say "Debian packages are missing. Install them and start again:"
        say ""
        say "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
        say ""
        exit 1
    fi
    say "Installing ${missing[*]}"
    {
        apt-get update --quiet=2 &&
            DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}"
    } >&2 || fail "apt-get could not install ${missing[*]}; its messages stand above."
}

# Ends with a sentence unless a Swift toolchain of 6.3 or later is on PATH.
need_swift() {
    local version
    command -v swift >/dev/null ||
        fail "Swift is not on PATH. Install Swift 6.3 or later (swift.org/install) and add its usr/bin to PATH."
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    [[ $version =~ ^[0-9]+\.[0-9]+$ ]] || fail "'swift --version' names no version; is the toolchain whole?"
    ((${version%.*} > 6 || (${version%.*} == 6 && ${version#*.} >= 3))) ||
        fail "Swift $version is on PATH; Sallyport needs 6.3 or later (swift.org/install)."
}

# need_python_environment FILE [FOLDER]: a Python environment in FOLDER (.venv) with what FILE (a requirements file)
# lists; renewed when the file changes.
need_python_environment() {
    local requirements=$1 folder=${2:-.venv} python
    if [[ -x $folder/bin/python ]] && cmp --silent "$requirements" "$folder/installed-requirements.txt"; then
        return
    fi
    say "Preparing $folder from $requirements"
    rm -rf "$folder"
    # A python3 built by hand may come without ensurepip; Debian's own has it from python3-venv.
    for python in python3 /usr/bin/python3; do
        if "$python" -m venv "$folder" >&2; then break; fi
        rm -rf "$folder"
    done
    [[ -x $folder/bin/pip ]] || fail "python3 -m venv made no environment with pip; its messages stand above."
    "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2 ||
        fail "pip could not install what $requirements lists; its messages stand above."
    cp "$requirements" "$folder/installed-requirements.txt"
}
