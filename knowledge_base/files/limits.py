"""What a file may cost: sizes are checked before anything of it is unpacked into memory."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

PACKED_AT_MOST = 10 * 2**20
UNPACKED_AT_MOST = 100 * 2**20
ROWS_AT_MOST = 50_000
CELLS_AT_MOST = 5_000_000
_MEMBERS_AT_MOST = 2_000
_CHUNK = 2**18
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_CELL = re.compile(rb'\br="([A-Z]{0,3})(\d{1,7})"')


class BadTable(ValueError):
    """The file cannot be read as a table of entries. ``zh`` and ``en`` say what is wrong, where, and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def check_packed(data: bytes) -> None:
    """Refuse an empty file and one over 10 MiB.

    Raises:
        BadTable: it is one of these.
    """
    if not data:
        raise BadTable("文件是空的。请选择有内容的文件。", "The file is empty. Choose one with something in it.")
    if len(data) > PACKED_AT_MOST:
        raise BadTable(
            f"文件有 {len(data) / 2**20:.1f} MiB，超过上限 10 MiB。请拆成几个文件分别导入。",
            f"The file has {len(data) / 2**20:.1f} MiB, the limit is 10. Split it into several files.",
        )


def check_workbook(data: bytes) -> None:
    """Refuse a packed workbook that would unpack to more than 100 MiB or claim a sheet of more than 5,000,000 cells.

    The members are really unpacked, piece by piece and thrown away: what the file says of its own sizes is not
    believed.

    Raises:
        BadTable: it is too large, or no zip at all.
    """
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, struct.error, UnicodeDecodeError) as error:
        raise BadTable(
            "这个 .xlsx 文件已损坏或不是 Excel 文件。请用 Excel 打开后另存为 .xlsx 再导入。",
            "This .xlsx file is damaged or none of Excel's. Open it in Excel and save it as .xlsx again.",
        ) from error
    if len(members) > _MEMBERS_AT_MOST:
        raise BadTable(
            f"这个 .xlsx 文件里有 {len(members)} 个部分，不像一张表格。请另存为新的 .xlsx 再导入。",
            f"This .xlsx file has {len(members)} parts, which is no table. Save it as a new .xlsx.",
        )
    left = UNPACKED_AT_MOST
    for member in members:
        left -= _unpacked(data, member, left)


def _unpacked(data: bytes, member: zipfile.ZipInfo, left: int) -> int:
    """Return how many bytes a member really unpacks to, and look at the cells on the way."""
    start = member.header_offset
    header = data[start : start + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size:
        raise BadTable(
            "这个 .xlsx 文件不完整。请重新下载或另存后再导入。",
            "This .xlsx file is cut short. Download or save it again.",
        )
    *_, name_size, extra_size = _LOCAL_HEADER.unpack(header)
    body = start + _LOCAL_HEADER.size + name_size + extra_size
    packed = memoryview(data)[body : body + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        pieces = iter([bytes(packed)])
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        pieces = _inflated(packed, left)
    else:
        raise BadTable(
            "这个 .xlsx 文件用了少见的压缩方式。请用 Excel 另存为 .xlsx 再导入。",
            "This .xlsx file is packed in a rare way. Save it as .xlsx in Excel.",
        )
    total = rows = columns = 0
    tail = b""
    for piece in pieces:
        total += len(piece)
        if total > left:
            raise BadTable(
                "这个文件解压后超过 100 MiB。请删掉图片和多余的工作表，或拆成几个文件。",
                "This file unpacks to more than 100 MiB. Take out pictures and spare sheets, or split it.",
            )
        for letters, digits in _CELL.findall(tail + piece):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        tail = piece[-24:]
        if rows * columns > CELLS_AT_MOST:
            raise BadTable(
                "工作表的范围太大（很远的格子里有内容）。请只保留有数据的行和列，再导入。",
                "The sheet reaches too far (a distant cell holds something). Keep only rows and columns with data.",
            )
    return total


def _inflated(packed: memoryview, left: int) -> Iterator[bytes]:
    unpack = zlib.decompressobj(-15)
    rest, total = bytes(packed), 0
    try:
        while not unpack.eof and total <= left:
            piece = unpack.decompress(rest, _CHUNK)
            if not piece and not unpack.unconsumed_tail:
                break
            rest = unpack.unconsumed_tail
            total += len(piece)
            yield piece
    except zlib.error as error:
        raise BadTable(
            "这个 .xlsx 文件已损坏。请用 Excel 打开后另存再导入。",
            "This .xlsx file is damaged. Open it in Excel and save it again.",
        ) from error


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
