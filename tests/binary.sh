# shellcheck shell=sh
# Sourced by the scripts that run Baken: `binary=$(baken_binary)`, or with options for `cargo build`, such as a feature.
# BAKEN_BINARY names a build that is there already, with all that the script needs.

given=${BAKEN_BINARY:-}
# The service would take it for one of its settings.
unset BAKEN_BINARY

# Prints the path of the given build, or of one that it makes: a debug build unless the options say otherwise.
baken_binary() {
    if [ -n "$given" ]; then
        realpath "$given"
        return
    fi
    built=$(cargo build -q -p baken --message-format json-render-diagnostics "$@") || return 1
    printf '%s\n' "$built" | sed -n 's|.*"executable":"\([^"]*/baken\)".*|\1|p'
}
