# Ends what a demo started if the demo itself cannot: reads notes from its standard input and acts when that closes.
# Notes, one a line: "node PID", "gone PID", "postgres DIRECTORY", "file PATH", "scratch DIRECTORY", "dismiss".
trap '' INT TERM HUP QUIT
nodes=' '
postgres=
files=
scratch=
while read -r verb argument; do
  case $verb in
    node) nodes="$nodes$argument " ;;
    gone) nodes="${nodes%% "$argument" *} ${nodes#* "$argument" }" ;;
    postgres) postgres=$argument ;;
    file) files="$files$argument
" ;;
    scratch) scratch=$argument ;;
    dismiss) exit 0 ;;
  esac
done

alive() {
  for pid in "$@"; do
    kill -0 "$pid" 2>/dev/null && return 0
  done
  return 1
}

# $1: tenths of a second, then pids.
wait_for_end() {
  tries=$1
  shift
  while [ "$tries" -gt 0 ] && alive "$@"; do
    sleep 0.1 2>/dev/null || sleep 1
    tries=$((tries - 1))
  done
}

# shellcheck disable=SC2086
{
  kill -TERM $nodes 2>/dev/null
  wait_for_end 40 $nodes
  kill -KILL $nodes 2>/dev/null
}
if [ -n "$postgres" ] && [ -r "$postgres/postmaster.pid" ]; then
  read -r pid <"$postgres/postmaster.pid"
  kill -INT "$pid" 2>/dev/null
  wait_for_end 30 "$pid"
  kill -QUIT "$pid" 2>/dev/null
  wait_for_end 20 "$pid"
fi
printf '%s' "$files" | while read -r path; do
  rm -f "$path"
done
[ -n "$scratch" ] && rm -rf "$scratch"
exit 0
