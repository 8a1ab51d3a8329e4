#!/bin/sh
# 逐行打印一个主题的事件，重复的只打印一次 · Prints a topic's events, one JSON object a line, each of them once.
#
#   watch.sh accept.cases.v1             from the beginning, then live
#   watch.sh accept.cases.v1 -e          from the beginning, up to the end
#   watch.sh accept.cases.v1 -o end      only what is new
#
# What follows the topic are options of kcat. KCAT_CONFIG names the file of who is asking, as kafka.env says it that a
# subscriber is given; without it, KAFKA_BOOTSTRAP names a plaintext broker.
set -eu
if [ $# -eq 0 ]; then sed -n 's/^# \{0,1\}//p' "$0" | sed 1d >&2; exit 2; fi
topic=$1
shift
[ -n "${KCAT_CONFIG:-}" ] || set -- -b "${KAFKA_BOOTSTRAP:-127.0.0.1:9092}" "$@"
kcat -C -q -u -t "$topic" -o beginning "$@" -f '%s\n' |
    jq -nRc --unbuffered '
        foreach (inputs | fromjson? | select(.specversion == "1.0")) as $event (
            {last: {}};
            .new = ($event.sequence > (.last[$event.subject] // ""))
            | if .new then .last[$event.subject] = $event.sequence else . end;
            if .new then $event else empty end
        )'
