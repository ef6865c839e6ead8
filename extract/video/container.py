"""A video file opened, or the reason why it cannot be."""

import os
import stat
from typing import Any, Self, TypeAlias

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

VideoPacket: TypeAlias = "Packet[VideoStream]"
# A title in a wrong encoding is no reason to refuse a film; PyAV 19 no longer asks.
LENIENT: Any = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
TEXT_CODECS = ("ansi", "bintext", "idf", "xbin")


class Unreadable(Exception):
    """A file is no video that can be decoded; the text is the reason."""


class Source:
    """An open video file and its main video stream; files named by a file cannot be reached."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.path.abspath(path)
        _check_file(self._path)
        self.open()

    def open(self) -> None:
        """Open the file at its beginning, also again."""
        try:
            self.container: InputContainer = av.open(
                self._path, options={"protocol_whitelist": "file"}, **LENIENT
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise Unreadable(f"is no video that can be read: {one_line(error)}") from error
        stream = self.container.streams.best("video")
        # Cover pictures of audio files are video streams too.
        if not isinstance(stream, VideoStream) or Disposition.attached_pic in stream.disposition:
            raise self._refused("has no video stream")
        if getattr(stream, "codec_context", None) is None:
            raise self._refused("has a video stream that no decoder knows")
        if stream.codec_context.name in TEXT_CODECS:
            raise self._refused("is a text, not a video")
        stream.codec_context.thread_count = 1
        self.stream = stream

    def _refused(self, reason: str) -> Unreadable:
        self.container.close()
        return Unreadable(reason)

    def reopen(self) -> None:
        """Go back to the beginning, whatever the format."""
        self.container.close()
        self.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.container.close()


def one_line(error: BaseException) -> str:
    """Return what an error says, without number and path."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())


def _check_file(path: str) -> None:
    try:
        facts = os.stat(path)
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be opened: {one_line(error)}") from error
    if stat.S_ISDIR(facts.st_mode):
        raise Unreadable("is a folder, not a video file")
    if not stat.S_ISREG(facts.st_mode):
        raise Unreadable("is no regular file")
    if not facts.st_size:
        raise Unreadable("is empty: it has 0 bytes")
