"""Small datasets in the exact official formats, and full-size lists made from numbers."""

from pathlib import Path

from tests.extract.datasets.samples import ODD, Sample, appender, touch, write

FILM_CLASSES = ["climb", "climb_stairs", "draw_sword", "sword", "sword_exercise"]


def ucf_name(label: str, group: int, clip: int) -> str:
    """Return a path as in the lists of UCF101, whose one odd class has files of another case."""
    inside = label.replace("HandstandPushups", "HandStandPushups")
    return f"{label}/v_{inside}_g{group:02d}_c{clip:02d}.avi"


def write_ucf(lists: Path, classes: list[str], names: list[str], end: str = "\n") -> None:
    """Write the seven lists of UCF101: split k tests the k-th seven groups."""
    number = {label: i for i, label in enumerate(classes, 1)}
    write(lists / "classInd.txt", (f"{i} {label}" for label, i in number.items()), end)
    for split in (1, 2, 3):
        sides: dict[bool, list[str]] = {True: [], False: []}
        for name in names:
            group = int(name.rsplit("_g", 1)[1][:2])
            sides[(group - 1) // 7 + 1 == split].append(name)
        train = (f"{name} {number[name.split('/')[0]]}" for name in sides[False])
        write(lists / f"trainlist0{split}.txt", train, end)
        write(lists / f"testlist0{split}.txt", sides[True], end)


UCF_CLASSES = ["Hammering", "HammerThrow", "HandstandPushups"]


def ucf101(place: Path) -> Sample:
    """Three classes, whose order is not that of their letters, in groups 1, 8, 15 and 22."""
    names = [
        ucf_name(c, group, clip) for c in UCF_CLASSES for group in (1, 8, 15, 22) for clip in (1, 2)
    ]
    touch(place / "videos", names)
    write_ucf(place / "lists", UCF_CLASSES, names)
    append = appender(place / "lists" / "trainlist01.txt", "{} 1")
    return Sample(place / "videos", place / "lists", append)


def full_ucf() -> tuple[list[str], list[str]]:
    """Return 101 classes and 13,320 names with the official number of videos in every split."""
    classes = ["HandstandPushups", *(f"Action{n:03d}" for n in range(100, 0, -1))]
    names = []
    for total, groups in (
        (3783, range(1, 8)),
        (3734, range(8, 15)),
        (3696, range(15, 22)),
        (2107, range(22, 26)),
    ):
        pairs = [(label, group) for label in classes for group in groups]
        for i, (label, group) in enumerate(pairs):
            clips = total // len(pairs) + (i < total % len(pairs))
            names += [ucf_name(label, group, clip) for clip in range(1, clips + 1)]
    return classes, names


def film_name(film: str, label: str, clip: int) -> str:
    """Return a file name as HMDB51 has them."""
    return f"{film}_{label}_u_cm_np1_fr_med_{clip}.avi"


def write_films(lists: Path, codes: dict[str, dict[str, str]], split: int, end: str) -> None:
    """Write the lists of one split of HMDB51 or JHMDB21 from the codes of each class."""
    for label, videos in codes.items():
        lines = (f"{name} {code}" for name, code in videos.items())
        write(lists / f"{label}_test_split{split}.txt", lines, end)


def films(place: Path, codes: tuple[str, str, str], end: str) -> Sample:
    """Classes that begin and end like one another, with odd names, one film for each code."""
    names = {
        label: [film_name(film, label, clip) for film in ODD for clip in (0, 11)]
        for label in FILM_CLASSES
    }
    touch(place / "videos", (f"{label}/{n}" for label in names for n in names[label]))
    for split, row in enumerate(codes, 1):
        of_split = {
            label: {name: row[i // 2] for i, name in enumerate(names[label])} for label in names
        }
        write_films(place / "lists", of_split, split, end)
    append = appender(place / "lists" / "climb_test_split2.txt", "{} 1 ")
    return Sample(place / "videos", place / "lists", append)


def hmdb51(place: Path) -> Sample:
    """Codes 0, 1 and 2, and a space at the end of every line."""
    return films(place, ("112001", "201120", "012112"), " \n")


def jhmdb21(place: Path) -> Sample:
    """No video is unused."""
    return films(place, ("112211", "221111", "111122"), "\n")


def code_at(place: int, test: int, train: int) -> str:
    """Return 2 for the first ``test`` places, then 1 for ``train`` places, then 0."""
    return "2" if place < test else "1" if place < test + train else "0"


def full_hmdb(lists: Path) -> list[str]:
    """Write the 153 lists of 6,766 videos; return the names."""
    classes = [*FILM_CLASSES, *(f"action_{n}" for n in range(46))]
    videos = {
        label: [film_name(f"film{clip // 2}", label, clip) for clip in range(132 + (i < 34))]
        for i, label in enumerate(classes)
    }
    for split in (1, 2, 3):
        # Thirty videos to test from a start that moves, the next seventy to train.
        codes = {
            label: {
                name: code_at((i - 30 * split) % len(names), 30, 70) for i, name in enumerate(names)
            }
            for label, names in videos.items()
        }
        write_films(lists, codes, split, " \n")
    return [f"{label}/{name}" for label, names in videos.items() for name in names]


def full_jhmdb(lists: Path) -> list[str]:
    """Write the 63 lists of 928 videos; return the names."""
    names = [(f"action{i % 21}", film_name(f"film{i}", f"action{i % 21}", i)) for i in range(928)]
    first = 0
    for split, test in ((1, 268), (2, 270), (3, 265)):
        codes: dict[str, dict[str, str]] = {}
        for i, (label, name) in enumerate(names):
            codes.setdefault(label, {})[name] = code_at((i - first) % 928, test, 928)
        write_films(lists, codes, split, "\n")
        first += test
    return [f"{label}/{name}" for label, name in names]
