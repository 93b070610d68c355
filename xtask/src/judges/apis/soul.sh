# Soul, started again as often as it ends: program, database, port, where to write that it ended.
trap 'kill "$soul"; exit 0' TERM
for _ in $(seq 2000); do
    node "$1" -d "$2" -p "$3" &
    soul=$!
    wait "$soul"
    echo ended >> "$4"
done
