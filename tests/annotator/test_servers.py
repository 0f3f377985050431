"""The embedded servers: started, stopped, never left behind, never met by others."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from annotator import folders, processes, servers
from annotator.servers import Owner, ServerError

HOLDER = """
import sys, time
from pathlib import Path
from annotator import processes, servers
folder = Path(sys.argv[1])
children = [servers.start_postgres(folder, durable=False)[0], servers.start_valkey(folder, durable=False)[0]]
processes.write_ledger(folder, children)
print(*(child.process.pid for child in children), flush=True)
time.sleep(600)
"""


def wait_until_gone(pids: list[int], seconds: float = 10.0) -> list[int]:
    """Those of the processes that are still there after that time."""
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=seconds)
    return [process.pid for process in alive]


def test_postgres_keeps_data_over_a_restart_and_listens_on_no_port(reachable_folder: Path) -> None:
    folders.make_rooms(reachable_folder)
    server, url = servers.start_postgres(reachable_folder, durable=False)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kites (colour text)")
        connection.execute("INSERT INTO kites VALUES ('red')")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    connection.close()
    assert psutil.Process(server.process.pid).net_connections("inet") == []
    server.stop()
    server, again = servers.start_postgres(reachable_folder, durable=False)
    with psycopg.connect(again) as connection:
        assert connection.execute("SELECT colour FROM kites").fetchall() == [("red",)]
    connection.close()
    server.stop()
    assert again == url


def test_valkey_keeps_data_over_a_restart_and_listens_on_no_port(reachable_folder: Path) -> None:
    folders.make_rooms(reachable_folder)
    server, url = servers.start_valkey(reachable_folder)
    with redis.Redis.from_url(url) as client:
        client.set("kite", "red")
        assert psutil.Process(server.process.pid).net_connections("inet") == []
    server.stop()
    server, url = servers.start_valkey(reachable_folder)
    with redis.Redis.from_url(url) as client:
        assert client.get("kite") == b"red"
    server.stop()


def test_servers_end_with_a_killed_parent_and_start_again(reachable_folder: Path) -> None:
    folders.make_rooms(reachable_folder)
    command = [sys.executable, "-c", HOLDER, str(reachable_folder)]
    with subprocess.Popen(command, cwd=folders.CLONE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        pids = [int(pid) for pid in holder.stdout.readline().split()]
        assert len(pids) == 2
        holder.kill()
    assert wait_until_gone(pids) == []
    server, _ = servers.start_postgres(reachable_folder, durable=False)
    server.stop()


def test_leftovers_are_stopped_by_the_next_start(reachable_folder: Path) -> None:
    """What the kernel does not end (other systems, a stopped process) the ledger finds."""
    sleeper = processes.Child(processes.Command("scorer", ["sleep", "600"], reachable_folder, log=reachable_folder / "log"))
    processes.write_ledger(reachable_folder, [sleeper])
    assert processes.stop_leftovers(reachable_folder) == ["scorer"]
    assert not psutil.pid_exists(sleeper.process.pid)
    assert processes.stop_leftovers(reachable_folder) == []
    sleeper.stop()


def test_leftovers_spare_another_process_with_the_number(reachable_folder: Path) -> None:
    (reachable_folder / processes.LEDGER).write_text(
        f'[{{"name": "scorer", "pid": {os.getpid()}, "started": {time.time() - 99}}}]'
    )
    assert processes.stop_leftovers(reachable_folder) == []


def test_data_folder_of_another_postgres_is_refused(reachable_folder: Path) -> None:
    folders.make_rooms(reachable_folder)
    server, _ = servers.start_postgres(reachable_folder, durable=False)
    server.stop()
    (reachable_folder / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerError, match="was made by PostgreSQL 16, this is 18"):
        servers.start_postgres(reachable_folder)


def test_half_made_cluster_is_made_anew(reachable_folder: Path) -> None:
    folders.make_rooms(reachable_folder)
    (reachable_folder / "postgres.new").mkdir()
    (reachable_folder / "postgres.new" / "PG_VERSION").write_text("18\n")
    server, url = servers.start_postgres(reachable_folder, durable=False)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()
    server.stop()


def test_sockets_of_a_deep_folder_are_elsewhere_but_always_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    far = servers.socket_folder(deep, Owner())
    assert len(str(far / ".s.PGSQL.5432.lock")) <= servers.SOCKET_PATH_LIMIT
    assert servers.socket_folder(deep, Owner()) == far
    assert servers.socket_folder(deep.with_name("f"), Owner()) != far
    assert far.stat().st_mode & 0o777 == 0o700
    far.rmdir()
    servers.socket_folder(deep.with_name("f"), Owner()).rmdir()


def test_socket_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sockets").mkdir()
    (tmp_path / "sockets").chmod(0o755)
    with pytest.raises(ServerError, match="open to others"):
        servers.socket_folder(tmp_path, Owner())


def test_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "sockets").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ServerError, match="belongs to somebody else"):
        servers.socket_folder(tmp_path, Owner())


def test_closed_home_is_named_and_not_opened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with pytest.raises(ServerError, match=r"DATA_FOLDER is below .*, which is closed to other users"):
        servers.check_passage(home / "data")
    assert home.stat().st_mode & 0o777 == 0o700
