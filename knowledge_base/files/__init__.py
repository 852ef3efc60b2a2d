"""Tables of entries: read (.xlsx .xls .csv .yaml .json), understood, compared with what is there, and written again.

Read: ``read_table`` → ``guess_columns`` (people may correct it) → ``to_entries`` → ``plan``. Write: ``export``,
``template``. What is written and read again is the same, to the letter.
"""

from knowledge_base.files.columns import COLUMNS, guess_columns, knows
from knowledge_base.files.limits import BadTable
from knowledge_base.files.plan import Change, Plan, plan
from knowledge_base.files.rows import ImportRow, ImportRows, RowError, to_entries
from knowledge_base.files.table import Table, read_table
from knowledge_base.files.writing import export, template

__all__ = [
    "COLUMNS",
    "BadTable",
    "Change",
    "ImportRow",
    "ImportRows",
    "Plan",
    "RowError",
    "Table",
    "export",
    "guess_columns",
    "knows",
    "plan",
    "read_table",
    "template",
    "to_entries",
]
