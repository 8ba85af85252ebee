# Sourced by the scripts beside it: finds JDK ≥ 25, Maven ≥ 3.8 and Python ≥ 3.11, or says plainly what to install.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# The feature number of a JDK folder (25, 17, …), 0 when it is none. `release` is in every JDK since 9.
jdk_version() {
    local version=0
    if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    fi
    echo "${version:-0}"
}

find_jdk() {
    local candidate on_path
    on_path=$(command -v javac || true)
    [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")")")
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* \
        "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$candidate" ] && [ "$(jdk_version "$candidate")" -ge 25 ]; then
            export JAVA_HOME=$candidate PATH=$candidate/bin:$PATH
            return
        fi
    done
    die "Tidewright needs JDK 25 or newer, and none was found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt," \
        "~/.sdkman/candidates/java, ~/.jdks, /Library/Java/JavaVirtualMachines)." \
        "Install one, for example Temurin 25 (package temurin-25-jdk) or openjdk-25-jdk, or set JAVA_HOME to it."
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            export PYTHON=$(command -v "$candidate")
            return
        fi
    done
    die "Tidewright needs Python 3.11 or newer, and none was found. Install it (Debian: apt-get install python3 python3-venv)" \
        "or set PYTHON to its path."
}

find_maven() {
    command -v mvn >/dev/null || die "Building needs Maven 3.8 or newer, and there is no mvn. Install it (Debian: apt-get install maven)."
}

# Every Go since 1.21 fetches the one that go.mod asks for; an older one (bookworm's) is told to, as a module like others.
find_go() {
    local wanted folder
    command -v go >/dev/null || die "Building it needs Go, any version: apt-get install -y --no-install-recommends golang-go"
    case $(cd / && go env GOVERSION) in
        go1.[0-9] | go1.[0-9].* | go1.1[0-9]* | go1.20*) ;;
        *) export GOTOOLCHAIN=auto && return ;;
    esac
    wanted=$(awk '$1 == "go" { print $2 }' "$here/go.mod")
    say "$(go version) is too old: fetching $wanted"
    folder=$(cd / && go mod download -json "golang.org/toolchain@v0.0.1-go$wanted.linux-$(go env GOARCH)" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
    # Modules have no programs, so what unpacks them does not make any.
    chmod -R +x "$folder/bin" "$folder/pkg/tool"
    export GOROOT=$folder PATH=$folder/bin:$PATH
}
