import os
from pathlib import Path

import pytest

from config.embedded import Postgres, places
from config.processes import Account, HelpfulError

STRANGER = Account(uid=os.geteuid() + 4321, gid=os.getegid() + 4321)


def silent(message: str) -> None:
    pass


def cluster(folder: Path, *, version: str = "18", files: tuple[str, ...] = ()) -> Postgres:
    path = folder / "cluster"
    path.mkdir()
    (path / "PG_VERSION").write_text(f"{version}\n")
    for name in files:
        (path / name).mkdir()
    return Postgres(folder, account=None)


def test_a_broken_folder_gets_a_sentence_that_helps(tmp_path: Path) -> None:
    server = cluster(tmp_path, files=("base", "pg_wal"))

    with pytest.raises(HelpfulError) as error:
        server.prepare(silent)

    path = tmp_path / "cluster"
    assert str(error.value) == (
        f"The data folder {path} is broken: global/pg_control is missing; put a backup in {path}, "
        f"or move it away (mv {path} {path}.broken) and start again with an empty one."
    )


def test_another_major_version_is_named(tmp_path: Path) -> None:
    with pytest.raises(HelpfulError, match=r"was made by PostgreSQL 17; this version brings 18\. Dump it"):
        cluster(tmp_path, version="17").prepare(silent)


def test_a_folder_that_is_no_cluster_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "holiday.jpg").touch()

    with pytest.raises(HelpfulError, match="PG_VERSION is missing"):
        Postgres(tmp_path, account=None).prepare(silent)

    assert [path.name for path in (tmp_path / "cluster").iterdir()] == ["holiday.jpg"]


def test_a_closed_home_is_not_reachable_for_strangers(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert places.reachable(closed / "inside", None) is True
    assert places.reachable(closed / "inside", STRANGER) is False


def test_data_in_a_closed_home_moves_once_to_the_shared_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHARED_ROOT", tmp_path / "shared")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    home = places.home_for(closed / "data", STRANGER)

    assert home.parent == tmp_path / "shared"
    assert places.home_for(closed / "data", STRANGER) == home
    assert places.home_for(closed / "other", STRANGER) != home


def test_a_copy_of_a_package_brings_its_libraries(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "server" / "bin").mkdir(parents=True)
    (closed / "server" / "bin" / "postgres").write_text("program")
    (closed / "server.libs").mkdir()
    (closed / "server.libs" / "libpq.so").write_text("library")
    closed.chmod(0o700)

    package = places.reachable_copy(closed / "server", tmp_path / "home", "18.6", STRANGER)

    assert package == tmp_path / "home" / "binaries" / "18.6" / "server"
    assert (package / "bin" / "postgres").read_text() == "program"
    assert (package.parent / "server.libs" / "libpq.so").read_text() == "library"


def test_a_port_is_remembered_while_it_is_free(tmp_path: Path) -> None:
    port = places.choose_port(tmp_path / "port")

    assert 15_000 <= port < 30_000
    assert places.choose_port(tmp_path / "port") == port


def test_the_password_is_kept_for_its_owner(tmp_path: Path) -> None:
    first = Postgres(tmp_path, account=None).password

    assert Postgres(tmp_path, account=None).password == first
    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600
