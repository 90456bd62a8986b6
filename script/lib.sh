# shellcheck shell=bash
#
# A throw-away server that has the extension of this checkout, without
# installing anything into the system.  Sourced by script/test, script/demo and
# script/bench; each does, in this order:
#
#   choose_server 15        which server's programs (after script/bootstrap)
#   make_base [DIRECTORY]   the folder that everything below lives in
#   build_and_stage         copy the checkout there, build, install under it
#   start_server [DATABASE ...]
#   as_owner COMMAND ...    run a command beside the server, as its owner
#   stop_servers            whatever runs under the base, and remove_base
#
# A script that wants several servers sets the variable server, a folder of the
# base, before start_server and as_owner; without it there is one, in the base.
#
# initdb refuses root, so for root the owner of the base, and of each process,
# is the user postgres of Debian's packages; for anybody else it is himself.
# The checkout itself is never written to, and needs to be readable by its
# caller only.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Sets pg_config, bindir and pgxs for a major version of Debian's packages.
choose_server()
{
	version=$1
	pg_config=/usr/lib/postgresql/$version/bin/pg_config
	[ -x "$pg_config" ] || die "PostgreSQL $version is not installed"
	bindir=$("$pg_config" --bindir)
	pgxs=$(dirname "$("$pg_config" --pgxs)")/../..
	pgxs=$(cd "$pgxs" && pwd)
	grep -q extension_destdir "$bindir/postgres" ||
		die "PostgreSQL $version has no extension_destdir: nothing can be staged for it"
	owner=$(id -un)
	if [ "$(id -u)" -eq 0 ]; then
		owner=postgres
	fi
}

# Under /tmp, not TMPDIR: a socket's path is short, and root's TMPDIR may be
# closed to postgres.  Mode 0700, since the server trusts whoever reaches its
# socket.
make_base()
{
	if [ $# -gt 0 ]; then
		base=$1
		mkdir -m 0700 "$base"
	else
		base=$(mktemp -d /tmp/creances.XXXXXX)
	fi
	[ "$owner" = "$(id -un)" ] || chown "$owner:" "$base"
}

# Runs a command in the base as its owner, with a clean environment that points
# at the server.  Words of the array settings (NAME=value) are added to it.
settings=()
as_owner()
{
	local become=()

	if [ "$owner" != "$(id -un)" ]; then
		become=(setpriv "--reuid=$owner" "--regid=$owner" --init-groups)
	fi
	(
		cd "$base" || exit
		exec "${become[@]}" env -i \
			PATH="$bindir:/usr/local/bin:/usr/bin:/bin" HOME="$base" TMPDIR="$base" \
			LANG=C.UTF-8 PG_CONFIG="$pg_config" \
			PGHOST="${server:-$base}" PGPORT=5432 PGUSER=postgres PGDATABASE=postgres \
			TEMP_CONFIG="$base/stage.conf" \
			"${settings[@]}" "$@"
	)
}

# Extra arguments go to both runs of make.  stage.conf is all that a server
# needs to find the stage: extension_destdir is a prefix that is tried before
# the system's own paths, for control and script files and for $libdir.  It
# also reaches the servers that TAP tests start, as TEMP_CONFIG.
build_and_stage()
{
	tar -C "$root" --mode=u+rwX --exclude=./.git -cf - . |
		as_owner sh -c 'mkdir src stage && tar -C src --no-same-owner -xf -'
	as_owner make -s -C src with_llvm=no clean
	as_owner make -s -C src -j "$(nproc)" with_llvm=no "$@" all
	as_owner make -s -C src with_llvm=no "DESTDIR=$base/stage" "$@" install
	as_owner tee stage.conf > /dev/null <<-EOF
		extension_destdir = '$base/stage'
		fsync = off
	EOF
}

# Starts the server in base/data (or server/data), reachable through its socket
# only, with pg_cron working in the first of the databases, which are created
# before the start: pg_cron's launcher looks for its own at once.
start_server()
{
	local database place=${server:-$base}

	as_owner initdb --pgdata="$place/data" --username=postgres --auth=trust \
		--encoding=UTF8 --locale=C.UTF-8 --no-sync > /dev/null
	as_owner cat stage.conf - <<-EOF | as_owner tee -a "$place/data/postgresql.conf" > /dev/null
		listen_addresses = ''
		unix_socket_directories = '$place'
		max_worker_processes = 20
		log_line_prefix = '%m [%p] %q%d %a '
		shared_preload_libraries = 'pg_cron'
		cron.database_name = '${1-postgres}'
		cron.use_background_workers = on
	EOF
	for database in "$@"; do
		as_owner postgres --single -D "$place/data" -c shared_preload_libraries= \
			template1 > "$place/single.log" 2>&1 <<< "CREATE DATABASE $database;"
		! grep -E 'ERROR|FATAL' "$place/single.log" >&2 || die "could not create the database $database"
	done
	as_owner pg_ctl start --pgdata="$place/data" --log="$place/server.log" --wait --silent < /dev/null ||
		{ as_owner cat "$place/server.log" >&2; die "the server did not start"; }
}

# Stops every server under the base, also those that a killed TAP test left.
stop_servers()
{
	local pid

	as_owner find . -name postmaster.pid 2> /dev/null |
		while read -r pid; do
			as_owner pg_ctl stop --pgdata="${pid%/*}" --mode=immediate --silent < /dev/null 2> /dev/null || :
		done
}

remove_base()
{
	rm -rf "$base"
}
